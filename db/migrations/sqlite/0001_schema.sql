-- The schema of MONITORA for SQLite.
--
-- ids    TEXT, 36 lower-case characters (UUID version 4 by default)
-- times  TEXT, UTC with six digits and Z: "2026-11-22T20:55:48.123456Z", so that text order is time order
-- json   TEXT checked with json_valid
-- bool   INTEGER 0 or 1
-- text(n) of the contract is TEXT: SQLite has no length of its own
--
-- The program runs with foreign_keys = ON; so must whoever writes here by hand.

CREATE TABLE schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
) STRICT;

-- People -----------------------------------------------------------------------------------------

CREATE TABLE app_users (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    email TEXT NOT NULL COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    password_salt TEXT NOT NULL,
    full_name TEXT,
    role TEXT DEFAULT 'admin',
    is_active INTEGER DEFAULT 1 CHECK (is_active IN (0, 1)),
    email_verified INTEGER DEFAULT 0 CHECK (email_verified IN (0, 1)),
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_login_at TEXT,
    failed_login_attempts INTEGER DEFAULT 0,
    locked_until TEXT,
    CONSTRAINT UQ_app_users_email UNIQUE (email),
    CONSTRAINT CHK_user_role CHECK (role IN ('admin', 'lecteur'))
) STRICT;

-- token_hash and refresh_token_hash are SHA-256 in 64 hex characters. A family is every rotation of
-- one sign-in.
CREATE TABLE app_sessions (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    user_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    refresh_token_hash TEXT,
    family_id TEXT,
    expires_at TEXT NOT NULL,
    refresh_expires_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_used_at TEXT,
    revoked_at TEXT,
    ip_address TEXT,
    user_agent TEXT,
    CONSTRAINT FK_sessions_user FOREIGN KEY (user_id) REFERENCES app_users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_sessions_token ON app_sessions (token_hash);
CREATE INDEX idx_sessions_user ON app_sessions (user_id);
CREATE INDEX idx_sessions_expires ON app_sessions (expires_at);
CREATE INDEX idx_sessions_refresh ON app_sessions (refresh_token_hash);
CREATE INDEX idx_sessions_family ON app_sessions (family_id);

CREATE TABLE profiles (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    email TEXT,
    full_name TEXT,
    avatar_url TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT FK_profiles_user FOREIGN KEY (id) REFERENCES app_users (id) ON DELETE CASCADE
) STRICT;

-- Workspaces -------------------------------------------------------------------------------------

CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    user_id TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    description TEXT,
    domain TEXT,
    api_key TEXT,
    allowed_domains TEXT,
    rag_config TEXT,
    widget_config TEXT,
    identity_secret_encrypted TEXT,
    identity_secret_previous_encrypted TEXT,
    identity_secret_previous_expires_at TEXT,
    is_active INTEGER DEFAULT 1 CHECK (is_active IN (0, 1)),
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT UQ_workspaces_api_key UNIQUE (api_key),
    CONSTRAINT CHK_workspaces_allowed_domains CHECK (allowed_domains IS NULL OR json_valid(allowed_domains)),
    CONSTRAINT CHK_workspaces_rag_config CHECK (rag_config IS NULL OR json_valid(rag_config)),
    CONSTRAINT CHK_workspaces_widget_config CHECK (widget_config IS NULL OR json_valid(widget_config)),
    CONSTRAINT FK_workspaces_user FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_workspaces_user ON workspaces (user_id, name);

CREATE TABLE workspace_members (
    workspace_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'lecteur',
    invited_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT PK_workspace_members PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT CHK_workspace_members_role CHECK (role IN ('admin', 'lecteur')),
    CONSTRAINT FK_members_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
    CONSTRAINT FK_members_user FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_workspace_members_user ON workspace_members (user_id);

-- E-mails invited before they have an account; each becomes a membership at sign-up.
CREATE TABLE workspace_invitations (
    workspace_id TEXT NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE,
    role TEXT NOT NULL DEFAULT 'lecteur',
    invited_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT PK_workspace_invitations PRIMARY KEY (workspace_id, email),
    CONSTRAINT CHK_workspace_invitations_role CHECK (role IN ('admin', 'lecteur')),
    CONSTRAINT FK_invitations_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_workspace_invitations_email ON workspace_invitations (email);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_used_at TEXT,
    expires_at TEXT,
    revoked_at TEXT,
    CONSTRAINT UQ_api_keys_hash UNIQUE (key_hash),
    CONSTRAINT FK_api_keys_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_api_keys_workspace ON api_keys (workspace_id, created_at);

-- A customer's own database, asked by the bot.
CREATE TABLE workspace_databases (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    db_type TEXT DEFAULT 'sqlserver',
    db_host TEXT NOT NULL,
    db_name TEXT NOT NULL,
    db_user TEXT NOT NULL,
    db_password_encrypted TEXT NOT NULL,
    db_port INTEGER DEFAULT 1433,
    schema_type TEXT DEFAULT 'generic',
    allowed_tables TEXT,
    is_enabled INTEGER DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    last_test_status TEXT,
    last_test_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT CHK_db_type CHECK (db_type IN ('sqlserver', 'mysql', 'postgres')),
    CONSTRAINT CHK_workspace_databases_allowed_tables CHECK (allowed_tables IS NULL OR json_valid(allowed_tables)),
    CONSTRAINT FK_workspace_databases_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_workspace_databases_workspace ON workspace_databases (workspace_id);

-- Documents --------------------------------------------------------------------------------------

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    filename TEXT NOT NULL,
    file_path TEXT,
    storage_path TEXT,
    file_size INTEGER,
    mime_type TEXT,
    content_sha256 TEXT,
    status TEXT DEFAULT 'pending',
    chunk_count INTEGER DEFAULT 0,
    error_message TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    indexed_at TEXT,
    CONSTRAINT CHK_documents_status CHECK (status IN ('pending', 'processing', 'indexed', 'error')),
    CONSTRAINT FK_documents_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_documents_workspace ON documents (workspace_id, created_at, id);
CREATE INDEX idx_documents_status ON documents (workspace_id, status, created_at, id);

-- The original files: the database alone is a complete backup. A table with row ids, which SQLite's
-- incremental reading and writing of a blob needs.
CREATE TABLE document_contents (
    document_id TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL,
    CONSTRAINT FK_contents_document FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE
) STRICT;

-- embedding: float32, little-endian. embedding_id: the chunk's label in an index of FAISS.
CREATE TABLE document_chunks (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    document_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    content TEXT NOT NULL,
    metadata TEXT,
    chunk_index INTEGER NOT NULL,
    embedding_id TEXT,
    embedding BLOB,
    embedding_model TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT UQ_document_chunk UNIQUE (document_id, chunk_index),
    CONSTRAINT CHK_document_chunks_metadata CHECK (metadata IS NULL OR json_valid(metadata)),
    CONSTRAINT FK_chunks_document FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE,
    CONSTRAINT FK_chunks_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_document_chunks_document ON document_chunks (document_id);
-- In the order in which an index is filled: a workspace's chunks are read without sorting them.
CREATE INDEX idx_document_chunks_workspace ON document_chunks (workspace_id, document_id, chunk_index);
-- Which models a workspace's vectors are of, without reading the vectors.
CREATE INDEX idx_document_chunks_model ON document_chunks (embedding_model, workspace_id);

-- Conversations ----------------------------------------------------------------------------------

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    visitor_id TEXT,
    title TEXT,
    channel TEXT NOT NULL DEFAULT 'widget',
    started_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_message_at TEXT,
    ended_at TEXT,
    messages_count INTEGER DEFAULT 0,
    satisfaction INTEGER,
    CONSTRAINT CHK_conversations_channel CHECK (channel IN ('widget', 'test', 'api')),
    CONSTRAINT CHK_conversations_satisfaction CHECK (satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5),
    CONSTRAINT FK_conversations_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_conversations_workspace ON conversations (workspace_id, last_message_at);
-- The list's order and the export's.
CREATE INDEX idx_conversations_latest ON conversations (workspace_id, coalesce(last_message_at, started_at), id);
CREATE INDEX idx_conversations_started ON conversations (workspace_id, started_at, id);
-- Covers the counts beside a workspace's name.
CREATE INDEX idx_conversations_counts ON conversations (workspace_id, channel, messages_count);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    conversation_id TEXT NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    sources TEXT,
    rag_score REAL,
    feedback INTEGER,
    is_resolved INTEGER DEFAULT 0 CHECK (is_resolved IN (0, 1)),
    is_complete INTEGER NOT NULL DEFAULT 1 CHECK (is_complete IN (0, 1)),
    cached INTEGER NOT NULL DEFAULT 0 CHECK (cached IN (0, 1)),
    response_time_ms INTEGER,
    ttfb_ms INTEGER,
    tokens_used INTEGER,
    model TEXT,
    metadata TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT CHK_messages_role CHECK (role IN ('user', 'assistant', 'system')),
    CONSTRAINT CHK_messages_rag_score CHECK (rag_score IS NULL OR (rag_score >= 0 AND rag_score <= 1)),
    CONSTRAINT CHK_messages_feedback CHECK (feedback IS NULL OR feedback IN (-1, 1)),
    CONSTRAINT CHK_messages_sources CHECK (sources IS NULL OR json_valid(sources)),
    CONSTRAINT CHK_messages_metadata CHECK (metadata IS NULL OR json_valid(metadata)),
    CONSTRAINT FK_messages_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
) STRICT;
-- A conversation in order of time; the rest of it lets figures be summed without reading what was said.
CREATE INDEX idx_messages_conversation ON messages (conversation_id, created_at, id, role, feedback, rag_score, is_resolved,
    cached, response_time_ms, ttfb_ms);

-- What is computed from conversations ------------------------------------------------------------

CREATE TABLE analytics_daily (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    date TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    conversations_count INTEGER DEFAULT 0,
    messages_count INTEGER DEFAULT 0,
    unique_visitors INTEGER DEFAULT 0,
    avg_response_time_ms REAL,
    satisfaction_rate REAL,
    CONSTRAINT UQ_analytics_daily UNIQUE (workspace_id, date),
    CONSTRAINT FK_analytics_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE insights_cache (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    satisfaction_rate REAL,
    avg_rag_score REAL,
    avg_messages_per_conversation REAL,
    low_confidence_count INTEGER DEFAULT 0,
    total_conversations INTEGER DEFAULT 0,
    total_messages INTEGER DEFAULT 0,
    calculated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT UQ_insights_workspace UNIQUE (workspace_id),
    CONSTRAINT FK_insights_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE message_topics (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    topic_name TEXT NOT NULL,
    message_count INTEGER DEFAULT 1,
    sample_questions TEXT,
    last_updated TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT UQ_workspace_topic UNIQUE (workspace_id, topic_name),
    CONSTRAINT CHK_message_topics_sample_questions CHECK (sample_questions IS NULL OR json_valid(sample_questions)),
    CONSTRAINT FK_topics_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_message_topics_workspace ON message_topics (workspace_id);

-- question_hash: SHA-256 of the normalised question in hex. similarity_score: of a semantic match.
-- rag_score: of the answer that is kept.
CREATE TABLE response_cache (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    question_hash TEXT NOT NULL,
    question TEXT NOT NULL,
    question_embedding BLOB,
    embedding_model TEXT,
    response TEXT NOT NULL,
    sources TEXT,
    similarity_score REAL,
    rag_score REAL,
    hit_count INTEGER DEFAULT 1,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    expires_at TEXT,
    context_version TEXT,
    CONSTRAINT CHK_response_cache_sources CHECK (sources IS NULL OR json_valid(sources)),
    CONSTRAINT FK_cache_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_response_cache_workspace ON response_cache (workspace_id);
CREATE INDEX idx_response_cache_hash ON response_cache (workspace_id, question_hash);
CREATE INDEX idx_response_cache_expires ON response_cache (expires_at);

-- The running of it ------------------------------------------------------------------------------

-- The durable queue. A running job whose lease has run out is due again.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    status TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    run_after TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    leased_until TEXT,
    leased_by TEXT,
    last_error TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    finished_at TEXT,
    CONSTRAINT CHK_jobs_status CHECK (status IN ('pending', 'running', 'done', 'failed'))
) STRICT;
CREATE INDEX idx_jobs_due ON jobs (status, run_after);
CREATE INDEX idx_jobs_lease ON jobs (status, leased_until);

-- How every node learns what others changed. No foreign key: a deletion is told here too.
CREATE TABLE change_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
) STRICT;
CREATE INDEX idx_change_log_workspace ON change_log (workspace_id, entity, operation, sequence);

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    workspace_id TEXT,
    target TEXT,
    ip_address TEXT,
    detail TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;
CREATE INDEX idx_audit_log_workspace ON audit_log (workspace_id, at);
CREATE INDEX idx_audit_log_at ON audit_log (at);

-- Triggers ---------------------------------------------------------------------------------------

-- An update that does not set updated_at itself gets the time of now. The column that the trigger
-- writes is not among those that fire it.
CREATE TRIGGER trg_profiles_updated_at
AFTER UPDATE OF id, email, full_name, avatar_url, created_at ON profiles
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE profiles SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_workspaces_updated_at
AFTER UPDATE OF id, user_id, name, description, domain, api_key, allowed_domains, rag_config, widget_config,
    identity_secret_encrypted, identity_secret_previous_encrypted, identity_secret_previous_expires_at,
    is_active, created_at ON workspaces
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE workspaces SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_workspace_databases_updated_at
AFTER UPDATE OF id, workspace_id, db_type, db_host, db_name, db_user, db_password_encrypted, db_port, schema_type,
    allowed_tables, is_enabled, last_test_status, last_test_at, created_at ON workspace_databases
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE workspace_databases SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_messages_increment_count
AFTER INSERT ON messages
FOR EACH ROW
BEGIN
    UPDATE conversations
    SET messages_count = coalesce(messages_count, 0) + 1,
        last_message_at = max(coalesce(last_message_at, NEW.created_at), coalesce(NEW.created_at, last_message_at))
    WHERE id = NEW.conversation_id;
END;

CREATE TRIGGER trg_messages_decrement_count
AFTER DELETE ON messages
FOR EACH ROW
BEGIN
    UPDATE conversations
    SET messages_count = messages_count - 1,
        last_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = OLD.conversation_id)
    WHERE id = OLD.conversation_id;
END;

CREATE TRIGGER trg_audit_log_no_update
BEFORE UPDATE ON audit_log
BEGIN
    SELECT raise(ABORT, 'audit_log is append-only');
END;

CREATE TRIGGER trg_audit_log_no_delete
BEFORE DELETE ON audit_log
BEGIN
    SELECT raise(ABORT, 'audit_log is append-only');
END;

-- Views for reports ------------------------------------------------------------------------------
-- Conversations of channel `test` (the console's own tries) are in no figure.

-- Who may see which workspace, and as what.
CREATE VIEW vw_user_workspaces AS
SELECT w.user_id AS user_id, w.id AS workspace_id, w.name, w.description, w.domain, w.is_active,
       'admin' AS role, 1 AS is_owner, w.created_at, w.updated_at
FROM workspaces w
UNION ALL
SELECT m.user_id, w.id, w.name, w.description, w.domain, w.is_active, m.role, 0, w.created_at, w.updated_at
FROM workspace_members m
JOIN workspaces w ON w.id = m.workspace_id
WHERE m.user_id <> w.user_id;

CREATE VIEW vw_workspace_stats AS
SELECT w.id AS workspace_id, w.name,
       (SELECT count(*) FROM documents d WHERE d.workspace_id = w.id) AS documents_count,
       (SELECT count(*) FROM document_chunks k WHERE k.workspace_id = w.id) AS chunks_count,
       (SELECT count(*) FROM conversations c WHERE c.workspace_id = w.id AND c.channel <> 'test') AS conversations_count,
       (SELECT coalesce(sum(c.messages_count), 0) FROM conversations c
        WHERE c.workspace_id = w.id AND c.channel <> 'test') AS messages_count,
       (SELECT count(DISTINCT c.visitor_id) FROM conversations c
        WHERE c.workspace_id = w.id AND c.channel <> 'test') AS unique_visitors,
       (SELECT max(c.last_message_at) FROM conversations c
        WHERE c.workspace_id = w.id AND c.channel <> 'test') AS last_message_at
FROM workspaces w;

-- Answers that the passages hardly support and that nobody has dealt with, with their question.
CREATE VIEW vw_low_confidence_messages AS
SELECT c.workspace_id, m.conversation_id, m.id AS message_id,
       (SELECT q.content FROM messages q
        WHERE q.conversation_id = m.conversation_id AND q.role = 'user' AND q.created_at <= m.created_at
        ORDER BY q.created_at DESC LIMIT 1) AS question,
       m.content AS answer, m.rag_score, m.feedback, m.created_at
FROM messages m
JOIN conversations c ON c.id = m.conversation_id
WHERE m.role = 'assistant' AND m.rag_score < 0.5 AND m.is_resolved = 0 AND c.channel <> 'test';
