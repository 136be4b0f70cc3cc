-- The schema of MONITORA for PostgreSQL 15 and later.
--
-- It makes a fresh schema, and it also completes one that is there already: an installation on
-- Supabase has profiles, workspaces, documents, conversations, messages and their company, made by
-- older programs. There every table, row and column stays; what is missing is added. A constraint
-- that old rows break is added NOT VALID: it holds for what is written from now on.
--
-- ids    uuid, gen_random_uuid() by default
-- times  timestamptz
-- json   jsonb
-- bytes  bytea
-- names  folded to lower case by PostgreSQL, as everything unquoted is
--
-- Everything is made in the current schema (the first of search_path).

-- Compares without case: e-mail addresses and workspaces' names.
CREATE COLLATION IF NOT EXISTS monitora_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- What is there before, for the rights at the end.
CREATE TEMPORARY TABLE monitora_before AS
    SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p');

CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer NOT NULL PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Adds a constraint that is not there by its name. A foreign key of another name that says the same
-- gets ours; one that does not cascade is replaced, and so is a CHECK of the same column: it may not
-- know our values.
CREATE FUNCTION pg_temp.want(table_name text, constraint_name text, definition text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target regclass := to_regclass(quote_ident(table_name));
    same record;
    parts text[] := regexp_match(definition, '^FOREIGN KEY \((\w+)\) REFERENCES (\w+)');
    checked text := (regexp_match(definition, '^CHECK \((\w+)'))[1];
BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = lower(constraint_name)) THEN
        RETURN;
    END IF;
    IF parts IS NOT NULL THEN
        FOR same IN
            SELECT c.conname, c.confdeltype, c.confrelid FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.conrelid = target AND c.contype = 'f' AND array_length(c.conkey, 1) = 1 AND a.attname = parts[1]
        LOOP
            IF same.confdeltype = 'c' AND same.confrelid = to_regclass(quote_ident(parts[2])) THEN
                EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', table_name, same.conname, lower(constraint_name));
                RETURN;
            END IF;
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', table_name, same.conname);
        END LOOP;
    END IF;
    FOR same IN
        SELECT c.conname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.conrelid = target AND c.contype = 'c' AND array_length(c.conkey, 1) = 1 AND a.attname = checked
    LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', table_name, same.conname);
    END LOOP;
    BEGIN
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %s %s', table_name, constraint_name, definition);
    EXCEPTION
        WHEN check_violation OR foreign_key_violation THEN
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %s %s NOT VALID', table_name, constraint_name, definition);
        WHEN unique_violation THEN
            RAISE WARNING 'constraint % of table % is left out: rows that are there break it', constraint_name, table_name;
    END;
END $$;

-- The value of a column that an older program called otherwise, where ours has none.
CREATE FUNCTION pg_temp.take_over(table_name text, old_column text, new_column text, conversion text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass(quote_ident(table_name)) AND attname = old_column AND NOT attisdropped) THEN
        EXECUTE format('UPDATE %I SET %I = ' || conversion || ' WHERE %I IS NULL AND %I IS NOT NULL',
                       table_name, new_column, old_column, new_column, old_column);
    END IF;
END $$;

-- An array column of an older program becomes jsonb: ["a","b"] as before, to those who read it over HTTP.
CREATE FUNCTION pg_temp.array_to_json(table_name text, column_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass(quote_ident(table_name)) AND attname = column_name AND NOT attisdropped
                 AND atttypid = 'text[]'::regtype) THEN
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT, ALTER COLUMN %I TYPE jsonb USING to_jsonb(%I)',
                       table_name, column_name, column_name, column_name);
    END IF;
END $$;

-- People -----------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS app_users (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    email varchar(255) COLLATE monitora_ci NOT NULL,
    password_hash varchar(500) NOT NULL,
    password_salt varchar(255) NOT NULL,
    full_name varchar(255),
    role varchar(50) DEFAULT 'admin',
    is_active boolean DEFAULT true,
    email_verified boolean DEFAULT false,
    created_at timestamptz DEFAULT now(),
    last_login_at timestamptz,
    failed_login_attempts integer DEFAULT 0,
    locked_until timestamptz,
    CONSTRAINT UQ_app_users_email UNIQUE (email),
    CONSTRAINT CHK_user_role CHECK (role IN ('admin', 'lecteur'))
);

-- token_hash and refresh_token_hash are SHA-256 in 64 hex characters. A family is every rotation of
-- one sign-in.
CREATE TABLE IF NOT EXISTS app_sessions (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    token_hash varchar(500) NOT NULL,
    refresh_token_hash varchar(500),
    family_id uuid,
    expires_at timestamptz NOT NULL,
    refresh_expires_at timestamptz,
    created_at timestamptz DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    ip_address varchar(50),
    user_agent varchar(500),
    CONSTRAINT FK_sessions_user FOREIGN KEY (user_id) REFERENCES app_users (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_sessions_token ON app_sessions (token_hash);
CREATE INDEX IF NOT EXISTS idx_sessions_user ON app_sessions (user_id);
CREATE INDEX IF NOT EXISTS idx_sessions_expires ON app_sessions (expires_at);
CREATE INDEX IF NOT EXISTS idx_sessions_refresh ON app_sessions (refresh_token_hash);
CREATE INDEX IF NOT EXISTS idx_sessions_family ON app_sessions (family_id);

-- The tables that an older program may have made: each column is added where it is missing.
CREATE TABLE IF NOT EXISTS profiles ();
ALTER TABLE profiles
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY,
    ADD COLUMN IF NOT EXISTS email text,
    ADD COLUMN IF NOT EXISTS full_name text,
    ADD COLUMN IF NOT EXISTS avatar_url text,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();

-- A profile of Supabase's is somebody's account: the same id, and a password that nothing matches, as
-- Supabase checks it. One e-mail twice, or none, gives way to the id.
INSERT INTO app_users (id, email, password_hash, password_salt, full_name, email_verified, created_at)
SELECT p.id, CASE WHEN p.email <> '' AND p.place = 1 THEN left(p.email, 255) ELSE p.id::text END, '!', '',
       left(p.full_name, 255), true, coalesce(p.created_at, now())
FROM (SELECT id, email, full_name, created_at,
             row_number() OVER (PARTITION BY lower(left(email, 255)) ORDER BY created_at, id) AS place FROM profiles) p
ON CONFLICT DO NOTHING;
SELECT pg_temp.want('profiles', 'FK_profiles_user', 'FOREIGN KEY (id) REFERENCES app_users (id) ON DELETE CASCADE');

-- So is one that Supabase makes from now on (its trigger on auth.users writes profiles).
CREATE OR REPLACE FUNCTION monitora_account_of_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO app_users (id, email, password_hash, password_salt, full_name, email_verified)
    VALUES (NEW.id, left(coalesce(nullif(NEW.email, ''), NEW.id::text), 255), '!', '', left(NEW.full_name, 255), true)
    ON CONFLICT (id) DO NOTHING;
    RETURN NEW;
END $$;
DO $$
BEGIN
    IF to_regclass('auth.users') IS NOT NULL THEN
        ALTER FUNCTION monitora_account_of_profile() SECURITY DEFINER;
        EXECUTE format('ALTER FUNCTION monitora_account_of_profile() SET search_path = %I, pg_temp', current_schema());
        CREATE OR REPLACE TRIGGER trg_profiles_account BEFORE INSERT ON profiles
            FOR EACH ROW EXECUTE FUNCTION monitora_account_of_profile();
    ELSE
        DROP FUNCTION monitora_account_of_profile();
    END IF;
END $$;

-- Workspaces -------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS workspaces ();
ALTER TABLE workspaces
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS name varchar(255) COLLATE monitora_ci NOT NULL,
    ADD COLUMN IF NOT EXISTS description text,
    ADD COLUMN IF NOT EXISTS domain text,
    ADD COLUMN IF NOT EXISTS api_key varchar(64),
    ADD COLUMN IF NOT EXISTS allowed_domains jsonb,
    ADD COLUMN IF NOT EXISTS rag_config jsonb,
    ADD COLUMN IF NOT EXISTS widget_config jsonb,
    ADD COLUMN IF NOT EXISTS identity_secret_encrypted text,
    ADD COLUMN IF NOT EXISTS identity_secret_previous_encrypted text,
    ADD COLUMN IF NOT EXISTS identity_secret_previous_expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS is_active boolean DEFAULT true,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
SELECT pg_temp.array_to_json('workspaces', 'allowed_domains');
SELECT pg_temp.take_over('workspaces', 'settings', 'widget_config', 'to_jsonb(%I)');
SELECT pg_temp.want('workspaces', 'UQ_workspaces_api_key', 'UNIQUE (api_key)');
SELECT pg_temp.want('workspaces', 'FK_workspaces_user', 'FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_workspaces_user ON workspaces (user_id, name);

CREATE TABLE IF NOT EXISTS workspace_members (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role varchar(50) NOT NULL DEFAULT 'lecteur',
    invited_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT PK_workspace_members PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT CHK_workspace_members_role CHECK (role IN ('admin', 'lecteur')),
    CONSTRAINT FK_members_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
    CONSTRAINT FK_members_user FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_workspace_members_user ON workspace_members (user_id);

-- E-mails invited before they have an account; each becomes a membership at sign-up.
CREATE TABLE IF NOT EXISTS workspace_invitations (
    workspace_id uuid NOT NULL,
    email varchar(255) COLLATE monitora_ci NOT NULL,
    role varchar(50) NOT NULL DEFAULT 'lecteur',
    invited_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT PK_workspace_invitations PRIMARY KEY (workspace_id, email),
    CONSTRAINT CHK_workspace_invitations_role CHECK (role IN ('admin', 'lecteur')),
    CONSTRAINT FK_invitations_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_workspace_invitations_email ON workspace_invitations (email);

CREATE TABLE IF NOT EXISTS api_keys (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    key_prefix varchar(50) NOT NULL,
    key_hash varchar(64) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT UQ_api_keys_hash UNIQUE (key_hash),
    CONSTRAINT FK_api_keys_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_api_keys_workspace ON api_keys (workspace_id, created_at);

-- A customer's own database, asked by the bot.
CREATE TABLE IF NOT EXISTS workspace_databases ();
ALTER TABLE workspace_databases
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS db_type varchar(50) DEFAULT 'sqlserver',
    ADD COLUMN IF NOT EXISTS db_host varchar(255) NOT NULL,
    ADD COLUMN IF NOT EXISTS db_name varchar(255) NOT NULL,
    ADD COLUMN IF NOT EXISTS db_user varchar(255) NOT NULL,
    ADD COLUMN IF NOT EXISTS db_password_encrypted varchar(500) NOT NULL,
    ADD COLUMN IF NOT EXISTS db_port integer DEFAULT 1433,
    ADD COLUMN IF NOT EXISTS schema_type varchar(50) DEFAULT 'generic',
    ADD COLUMN IF NOT EXISTS allowed_tables jsonb,
    ADD COLUMN IF NOT EXISTS is_enabled boolean DEFAULT true,
    ADD COLUMN IF NOT EXISTS last_test_status varchar(50),
    ADD COLUMN IF NOT EXISTS last_test_at timestamptz,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
SELECT pg_temp.array_to_json('workspace_databases', 'allowed_tables');
SELECT pg_temp.want('workspace_databases', 'CHK_db_type', $$CHECK (db_type IN ('sqlserver', 'mysql', 'postgres'))$$);
SELECT pg_temp.want('workspace_databases', 'FK_workspace_databases_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_workspace_databases_workspace ON workspace_databases (workspace_id);

-- Documents --------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS documents ();
ALTER TABLE documents
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS filename varchar(255) NOT NULL,
    ADD COLUMN IF NOT EXISTS file_path text,
    ADD COLUMN IF NOT EXISTS storage_path text,
    ADD COLUMN IF NOT EXISTS file_size bigint,
    ADD COLUMN IF NOT EXISTS mime_type text,
    ADD COLUMN IF NOT EXISTS content_sha256 varchar(64),
    ADD COLUMN IF NOT EXISTS status varchar(50) DEFAULT 'pending',
    ADD COLUMN IF NOT EXISTS chunk_count integer,
    ADD COLUMN IF NOT EXISTS error_message text,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS indexed_at timestamptz;
SELECT pg_temp.take_over('documents', 'file_type', 'mime_type', '%I');
SELECT pg_temp.take_over('documents', 'chunks_count', 'chunk_count', '%I');
ALTER TABLE documents ALTER COLUMN chunk_count SET DEFAULT 0;
SELECT pg_temp.want('documents', 'CHK_documents_status', $$CHECK (status IN ('pending', 'processing', 'indexed', 'error'))$$);
-- 'indexing' is how an older program said it.
UPDATE documents SET status = 'processing' WHERE status = 'indexing';
SELECT pg_temp.want('documents', 'FK_documents_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_documents_workspace ON documents (workspace_id, created_at, id);
CREATE INDEX IF NOT EXISTS idx_documents_status ON documents (workspace_id, status, created_at, id);

-- The original files: the database alone is a complete backup. Stored as they are (most are
-- compressed already), so that a part can be read without the rest.
CREATE TABLE IF NOT EXISTS document_contents (
    document_id uuid NOT NULL PRIMARY KEY,
    content bytea NOT NULL,
    CONSTRAINT FK_contents_document FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE
);
ALTER TABLE document_contents ALTER COLUMN content SET STORAGE EXTERNAL;

-- embedding: float32, little-endian (pgvector's type where 0002 finds that extension).
-- embedding_id: the chunk's label in an index of FAISS. A row stays in one piece: filling an index
-- reads every one of them whole.
CREATE TABLE IF NOT EXISTS document_chunks ();
DO $$
DECLARE
    old text := (SELECT format_type(atttypid, NULL) FROM pg_attribute
                 WHERE attrelid = 'document_chunks'::regclass AND attname = 'embedding' AND NOT attisdropped);
BEGIN
    -- Vectors of another model in an array or a text: kept, beside ours.
    IF old IN ('real[]', 'double precision[]', 'text', 'jsonb', 'json') THEN
        ALTER TABLE document_chunks RENAME COLUMN embedding TO embedding_before;
    END IF;
END $$;
ALTER TABLE document_chunks
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS document_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS content text NOT NULL,
    ADD COLUMN IF NOT EXISTS metadata jsonb,
    ADD COLUMN IF NOT EXISTS chunk_index integer NOT NULL,
    ADD COLUMN IF NOT EXISTS embedding_id varchar(255),
    ADD COLUMN IF NOT EXISTS embedding bytea,
    ADD COLUMN IF NOT EXISTS embedding_model varchar(100),
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();
ALTER TABLE document_chunks SET (toast_tuple_target = 8160);
SELECT pg_temp.want('document_chunks', 'UQ_document_chunk', 'UNIQUE (document_id, chunk_index)');
SELECT pg_temp.want('document_chunks', 'FK_chunks_document',
    'FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE');
SELECT pg_temp.want('document_chunks', 'FK_chunks_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_document_chunks_document ON document_chunks (document_id);
-- In the order in which an index is filled: a workspace's chunks are read without sorting them.
CREATE INDEX IF NOT EXISTS idx_document_chunks_workspace ON document_chunks (workspace_id, document_id, chunk_index);
-- Which models a workspace's vectors are of, without reading the vectors.
CREATE INDEX IF NOT EXISTS idx_document_chunks_model ON document_chunks (embedding_model, workspace_id);

-- Conversations ----------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS conversations ();
DO $$
BEGIN
    -- A default that fills a new column of old rows must not be the time of the migration.
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'conversations'::regclass AND attname = 'created_at')
       AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'conversations'::regclass AND attname = 'started_at') THEN
        ALTER TABLE conversations ADD COLUMN started_at timestamptz;
    END IF;
END $$;
ALTER TABLE conversations
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS visitor_id varchar(255),
    ADD COLUMN IF NOT EXISTS title text,
    ADD COLUMN IF NOT EXISTS channel varchar(20) NOT NULL DEFAULT 'widget',
    ADD COLUMN IF NOT EXISTS started_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS last_message_at timestamptz,
    ADD COLUMN IF NOT EXISTS ended_at timestamptz,
    ADD COLUMN IF NOT EXISTS messages_count integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS satisfaction integer;
SELECT pg_temp.take_over('conversations', 'created_at', 'started_at', '%I');
ALTER TABLE conversations ALTER COLUMN started_at SET DEFAULT now();
SELECT pg_temp.want('conversations', 'CHK_conversations_channel', $$CHECK (channel IN ('widget', 'test', 'api'))$$);
SELECT pg_temp.want('conversations', 'CHK_conversations_satisfaction',
    'CHECK (satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5)');
SELECT pg_temp.want('conversations', 'FK_conversations_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_conversations_workspace ON conversations (workspace_id, last_message_at);
-- The list's order and the export's.
CREATE INDEX IF NOT EXISTS idx_conversations_latest ON conversations (workspace_id, coalesce(last_message_at, started_at), id);
CREATE INDEX IF NOT EXISTS idx_conversations_started ON conversations (workspace_id, started_at, id);
-- Covers the counts beside a workspace's name.
CREATE INDEX IF NOT EXISTS idx_conversations_counts ON conversations (workspace_id, channel, messages_count);

CREATE TABLE IF NOT EXISTS messages ();
ALTER TABLE messages
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS conversation_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS role varchar(20) NOT NULL,
    ADD COLUMN IF NOT EXISTS content text NOT NULL,
    ADD COLUMN IF NOT EXISTS sources jsonb,
    ADD COLUMN IF NOT EXISTS rag_score double precision,
    ADD COLUMN IF NOT EXISTS feedback smallint,
    ADD COLUMN IF NOT EXISTS is_resolved boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS is_complete boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS cached boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS response_time_ms integer,
    ADD COLUMN IF NOT EXISTS ttfb_ms integer,
    ADD COLUMN IF NOT EXISTS tokens_used integer,
    ADD COLUMN IF NOT EXISTS model text,
    ADD COLUMN IF NOT EXISTS metadata jsonb,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();
SELECT pg_temp.want('messages', 'CHK_messages_role', $$CHECK (role IN ('user', 'assistant', 'system'))$$);
SELECT pg_temp.want('messages', 'CHK_messages_rag_score',
    'CHECK (rag_score IS NULL OR (rag_score >= 0 AND rag_score <= 1))');
SELECT pg_temp.want('messages', 'CHK_messages_feedback', 'CHECK (feedback IS NULL OR feedback IN (-1, 1))');
SELECT pg_temp.want('messages', 'FK_messages_conversation',
    'FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE');
-- A conversation in order of time; the rest of it lets figures be summed without reading what was said.
CREATE INDEX IF NOT EXISTS idx_messages_conversation ON messages (conversation_id, created_at, id)
    INCLUDE (role, feedback, rag_score, is_resolved, cached, response_time_ms, ttfb_ms);

-- What an older program had to write, and this one leaves out, may be left out.
DO $$
DECLARE
    needless record;
BEGIN
    FOR needless IN
        SELECT c.relname, a.attname FROM monitora_before b
        JOIN pg_class c ON c.relname = b.relname AND c.relnamespace = current_schema()::regnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relname IN ('profiles', 'workspaces', 'workspace_databases', 'documents', 'document_chunks', 'conversations',
                            'messages', 'analytics_daily', 'insights_cache', 'message_topics', 'response_cache')
          AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = ''
          AND a.attname NOT IN ('id', 'user_id', 'workspace_id', 'document_id', 'conversation_id', 'name', 'db_host', 'db_name',
                                'db_user', 'db_password_encrypted', 'filename', 'content', 'chunk_index', 'role', 'date',
                                'topic_name', 'question_hash', 'question', 'response')
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP NOT NULL', needless.relname, needless.attname);
    END LOOP;
END $$;

-- What is computed from conversations ------------------------------------------------------------

CREATE TABLE IF NOT EXISTS analytics_daily ();
ALTER TABLE analytics_daily
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS date date NOT NULL,
    ADD COLUMN IF NOT EXISTS conversations_count integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS messages_count integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS unique_visitors integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS avg_response_time_ms double precision,
    ADD COLUMN IF NOT EXISTS satisfaction_rate double precision;
SELECT pg_temp.want('analytics_daily', 'UQ_analytics_daily', 'UNIQUE (workspace_id, date)');
SELECT pg_temp.want('analytics_daily', 'FK_analytics_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');

CREATE TABLE IF NOT EXISTS insights_cache ();
ALTER TABLE insights_cache
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS satisfaction_rate double precision,
    ADD COLUMN IF NOT EXISTS avg_rag_score double precision,
    ADD COLUMN IF NOT EXISTS avg_messages_per_conversation double precision,
    ADD COLUMN IF NOT EXISTS low_confidence_count integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS total_conversations integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS total_messages integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS calculated_at timestamptz DEFAULT now();
SELECT pg_temp.want('insights_cache', 'UQ_insights_workspace', 'UNIQUE (workspace_id)');
SELECT pg_temp.want('insights_cache', 'FK_insights_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');

CREATE TABLE IF NOT EXISTS message_topics ();
ALTER TABLE message_topics
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS topic_name varchar(255) NOT NULL,
    ADD COLUMN IF NOT EXISTS message_count integer DEFAULT 1,
    ADD COLUMN IF NOT EXISTS sample_questions jsonb,
    ADD COLUMN IF NOT EXISTS last_updated timestamptz DEFAULT now();
SELECT pg_temp.array_to_json('message_topics', 'sample_questions');
SELECT pg_temp.want('message_topics', 'UQ_workspace_topic', 'UNIQUE (workspace_id, topic_name)');
SELECT pg_temp.want('message_topics', 'FK_topics_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_message_topics_workspace ON message_topics (workspace_id);

-- question_hash: SHA-256 of the normalised question in hex. similarity_score: of a semantic match.
-- rag_score: of the answer that is kept.
CREATE TABLE IF NOT EXISTS response_cache ();
ALTER TABLE response_cache
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS workspace_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS question_hash varchar(64) NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS question text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS question_embedding bytea,
    ADD COLUMN IF NOT EXISTS embedding_model varchar(100),
    ADD COLUMN IF NOT EXISTS response text NOT NULL,
    ADD COLUMN IF NOT EXISTS sources jsonb,
    ADD COLUMN IF NOT EXISTS similarity_score double precision,
    ADD COLUMN IF NOT EXISTS rag_score double precision,
    ADD COLUMN IF NOT EXISTS hit_count integer DEFAULT 1,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS context_version text;
SELECT pg_temp.want('response_cache', 'FK_cache_workspace',
    'FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE');
CREATE INDEX IF NOT EXISTS idx_response_cache_workspace ON response_cache (workspace_id);
CREATE INDEX IF NOT EXISTS idx_response_cache_hash ON response_cache (workspace_id, question_hash);
CREATE INDEX IF NOT EXISTS idx_response_cache_expires ON response_cache (expires_at);

-- The running of it ------------------------------------------------------------------------------

-- The durable queue. A running job whose lease has run out is due again.
CREATE TABLE IF NOT EXISTS jobs (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    kind varchar(50) NOT NULL,
    payload jsonb NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    run_after timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    leased_by varchar(255),
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT CHK_jobs_status CHECK (status IN ('pending', 'running', 'done', 'failed'))
);
CREATE INDEX IF NOT EXISTS idx_jobs_due ON jobs (status, run_after);
CREATE INDEX IF NOT EXISTS idx_jobs_lease ON jobs (status, leased_until);

-- How every node learns what others changed. No foreign key: a deletion is told here too.
CREATE TABLE IF NOT EXISTS change_log (
    sequence bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    entity varchar(50) NOT NULL,
    entity_id varchar(100) NOT NULL,
    operation varchar(50) NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_change_log_workspace ON change_log (workspace_id, entity, operation, sequence);

CREATE TABLE IF NOT EXISTS audit_log (
    id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor varchar(100) NOT NULL,
    action varchar(100) NOT NULL,
    workspace_id uuid,
    target text,
    ip_address varchar(50),
    detail jsonb
);
CREATE INDEX IF NOT EXISTS idx_audit_log_workspace ON audit_log (workspace_id, at);
CREATE INDEX IF NOT EXISTS idx_audit_log_at ON audit_log (at);

-- Functions --------------------------------------------------------------------------------------

-- A text without case and accents, as the program folds what people search for: decomposed (NFKD),
-- without combining marks (class Mn of Unicode 15), case folded, composed (NFKC). lower() by ICU is the
-- same in every database; the rest of folding is what lower() leaves: ß, final sigma, and letters
-- whose folded form is another lower-case letter.
CREATE OR REPLACE FUNCTION monitora_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE WHEN value ~ '^[\u0001-\u007F]*$' THEN lower(value COLLATE "und-x-icu") ELSE
    normalize(translate(replace(
        lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1-\u05C2\u05C4-\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06ED\u0711\u0730-\u074A\u07A6-\u07B0\u07EB-\u07F3\u07FD\u0816-\u0819\u081B-\u0823\u0825-\u0827\u0829-\u082D\u0859-\u085B\u0898-\u089F\u08CA-\u08E1\u08E3-\u0902\u093A\u093C\u0941-\u0948\u094D\u0951-\u0957\u0962-\u0963\u0981\u09BC\u09C1-\u09C4\u09CD\u09E2-\u09E3\u09FE\u0A01-\u0A02\u0A3C\u0A41-\u0A42\u0A47-\u0A48\u0A4B-\u0A4D\u0A51\u0A70-\u0A71\u0A75\u0A81-\u0A82\u0ABC\u0AC1-\u0AC5\u0AC7-\u0AC8\u0ACD\u0AE2-\u0AE3\u0AFA-\u0AFF\u0B01\u0B3C\u0B3F\u0B41-\u0B44\u0B4D\u0B55-\u0B56\u0B62-\u0B63\u0B82\u0BC0\u0BCD\u0C00\u0C04\u0C3C\u0C3E-\u0C40\u0C46-\u0C48\u0C4A-\u0C4D\u0C55-\u0C56\u0C62-\u0C63\u0C81\u0CBC\u0CBF\u0CC6\u0CCC-\u0CCD\u0CE2-\u0CE3\u0D00-\u0D01\u0D3B-\u0D3C\u0D41-\u0D44\u0D4D\u0D62-\u0D63\u0D81\u0DCA\u0DD2-\u0DD4\u0DD6\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC\u0EC8-\u0ECE\u0F18-\u0F19\u0F35\u0F37\u0F39\u0F71-\u0F7E\u0F80-\u0F84\u0F86-\u0F87\u0F8D-\u0F97\u0F99-\u0FBC\u0FC6\u102D-\u1030\u1032-\u1037\u1039-\u103A\u103D-\u103E\u1058-\u1059\u105E-\u1060\u1071-\u1074\u1082\u1085-\u1086\u108D\u109D\u135D-\u135F\u1712-\u1714\u1732-\u1733\u1752-\u1753\u1772-\u1773\u17B4-\u17B5\u17B7-\u17BD\u17C6\u17C9-\u17D3\u17DD\u180B-\u180D\u180F\u1885-\u1886\u18A9\u1920-\u1922\u1927-\u1928\u1932\u1939-\u193B\u1A17-\u1A18\u1A1B\u1A56\u1A58-\u1A5E\u1A60\u1A62\u1A65-\u1A6C\u1A73-\u1A7C\u1A7F\u1AB0-\u1ABD\u1ABF-\u1ACE\u1B00-\u1B03\u1B34\u1B36-\u1B3A\u1B3C\u1B42\u1B6B-\u1B73\u1B80-\u1B81\u1BA2-\u1BA5\u1BA8-\u1BA9\u1BAB-\u1BAD\u1BE6\u1BE8-\u1BE9\u1BED\u1BEF-\u1BF1\u1C2C-\u1C33\u1C36-\u1C37\u1CD0-\u1CD2\u1CD4-\u1CE0\u1CE2-\u1CE8\u1CED\u1CF4\u1CF8-\u1CF9\u1DC0-\u1DFF\u20D0-\u20DC\u20E1\u20E5-\u20F0\u2CEF-\u2CF1\u2D7F\u2DE0-\u2DFF\u302A-\u302D\u3099-\u309A\uA66F\uA674-\uA67D\uA69E-\uA69F\uA6F0-\uA6F1\uA802\uA806\uA80B\uA825-\uA826\uA82C\uA8C4-\uA8C5\uA8E0-\uA8F1\uA8FF\uA926-\uA92D\uA947-\uA951\uA980-\uA982\uA9B3\uA9B6-\uA9B9\uA9BC-\uA9BD\uA9E5\uAA29-\uAA2E\uAA31-\uAA32\uAA35-\uAA36\uAA43\uAA4C\uAA7C\uAAB0\uAAB2-\uAAB4\uAAB7-\uAAB8\uAABE-\uAABF\uAAC1\uAAEC-\uAAED\uAAF6\uABE5\uABE8\uABED\uFB1E\uFE00-\uFE0F\uFE20-\uFE2F\U000101FD\U000102E0\U00010376-\U0001037A\U00010A01-\U00010A03\U00010A05-\U00010A06\U00010A0C-\U00010A0F\U00010A38-\U00010A3A\U00010A3F\U00010AE5-\U00010AE6\U00010D24-\U00010D27\U00010EAB-\U00010EAC\U00010EFD-\U00010EFF\U00010F46-\U00010F50\U00010F82-\U00010F85\U00011001\U00011038-\U00011046\U00011070\U00011073-\U00011074\U0001107F-\U00011081\U000110B3-\U000110B6\U000110B9-\U000110BA\U000110C2\U00011100-\U00011102\U00011127-\U0001112B\U0001112D-\U00011134\U00011173\U00011180-\U00011181\U000111B6-\U000111BE\U000111C9-\U000111CC\U000111CF\U0001122F-\U00011231\U00011234\U00011236-\U00011237\U0001123E\U00011241\U000112DF\U000112E3-\U000112EA\U00011300-\U00011301\U0001133B-\U0001133C\U00011340\U00011366-\U0001136C\U00011370-\U00011374\U00011438-\U0001143F\U00011442-\U00011444\U00011446\U0001145E\U000114B3-\U000114B8\U000114BA\U000114BF-\U000114C0\U000114C2-\U000114C3\U000115B2-\U000115B5\U000115BC-\U000115BD\U000115BF-\U000115C0\U000115DC-\U000115DD\U00011633-\U0001163A\U0001163D\U0001163F-\U00011640\U000116AB\U000116AD\U000116B0-\U000116B5\U000116B7\U0001171D-\U0001171F\U00011722-\U00011725\U00011727-\U0001172B\U0001182F-\U00011837\U00011839-\U0001183A\U0001193B-\U0001193C\U0001193E\U00011943\U000119D4-\U000119D7\U000119DA-\U000119DB\U000119E0\U00011A01-\U00011A0A\U00011A33-\U00011A38\U00011A3B-\U00011A3E\U00011A47\U00011A51-\U00011A56\U00011A59-\U00011A5B\U00011A8A-\U00011A96\U00011A98-\U00011A99\U00011C30-\U00011C36\U00011C38-\U00011C3D\U00011C3F\U00011C92-\U00011CA7\U00011CAA-\U00011CB0\U00011CB2-\U00011CB3\U00011CB5-\U00011CB6\U00011D31-\U00011D36\U00011D3A\U00011D3C-\U00011D3D\U00011D3F-\U00011D45\U00011D47\U00011D90-\U00011D91\U00011D95\U00011D97\U00011EF3-\U00011EF4\U00011F00-\U00011F01\U00011F36-\U00011F3A\U00011F40\U00011F42\U00013440\U00013447-\U00013455\U00016AF0-\U00016AF4\U00016B30-\U00016B36\U00016F4F\U00016F8F-\U00016F92\U00016FE4\U0001BC9D-\U0001BC9E\U0001CF00-\U0001CF2D\U0001CF30-\U0001CF46\U0001D167-\U0001D169\U0001D17B-\U0001D182\U0001D185-\U0001D18B\U0001D1AA-\U0001D1AD\U0001D242-\U0001D244\U0001DA00-\U0001DA36\U0001DA3B-\U0001DA6C\U0001DA75\U0001DA84\U0001DA9B-\U0001DA9F\U0001DAA1-\U0001DAAF\U0001E000-\U0001E006\U0001E008-\U0001E018\U0001E01B-\U0001E021\U0001E023-\U0001E024\U0001E026-\U0001E02A\U0001E08F\U0001E130-\U0001E136\U0001E2AE\U0001E2EC-\U0001E2EF\U0001E4EC-\U0001E4EF\U0001E8D0-\U0001E8D6\U0001E944-\U0001E94A\U000E0100-\U000E01EF]', '', 'g') COLLATE "und-x-icu"),
        'ß', 'ss'), 'ςᲀᲁᲂᲃᲄᲅᲆᲇᲈᏸᏹᏺᏻᏼᏽꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻꮼꮽꮾꮿ', 'σвдосттъѣꙋᏰᏱᏲᏳᏴᏵᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯ'), NFKC) END
$$;

-- Triggers ---------------------------------------------------------------------------------------

-- Those of older programs that do the same: twice would count twice.
DROP TRIGGER IF EXISTS increment_messages_count ON messages;
DROP TRIGGER IF EXISTS update_workspaces_updated_at ON workspaces;
DROP TRIGGER IF EXISTS trigger_workspace_databases_updated_at ON workspace_databases;

-- An update that does not set updated_at itself gets the time of now.
CREATE OR REPLACE FUNCTION monitora_set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER trg_profiles_updated_at BEFORE UPDATE ON profiles
    FOR EACH ROW EXECUTE FUNCTION monitora_set_updated_at();
CREATE OR REPLACE TRIGGER trg_workspaces_updated_at BEFORE UPDATE ON workspaces
    FOR EACH ROW EXECUTE FUNCTION monitora_set_updated_at();
CREATE OR REPLACE TRIGGER trg_workspace_databases_updated_at BEFORE UPDATE ON workspace_databases
    FOR EACH ROW EXECUTE FUNCTION monitora_set_updated_at();

-- Once a statement, however many rows it has.
CREATE OR REPLACE FUNCTION monitora_count_new_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations c
    SET messages_count = coalesce(c.messages_count, 0) + a.messages, last_message_at = greatest(c.last_message_at, a.latest)
    FROM (SELECT conversation_id, count(*) AS messages, max(created_at) AS latest FROM added GROUP BY conversation_id) a
    WHERE c.id = a.conversation_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION monitora_count_gone_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations c
    SET messages_count = c.messages_count - r.messages,
        last_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = c.id)
    FROM (SELECT conversation_id, count(*) AS messages FROM removed GROUP BY conversation_id) r
    WHERE c.id = r.conversation_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER trg_messages_increment_count AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION monitora_count_new_messages();
CREATE OR REPLACE TRIGGER trg_messages_decrement_count AFTER DELETE ON messages
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION monitora_count_gone_messages();

CREATE OR REPLACE FUNCTION monitora_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER trg_audit_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION monitora_only_grows();

-- Views for reports ------------------------------------------------------------------------------
-- Conversations of channel `test` (the console's own tries) are in no figure. Who reads a view needs
-- the right to its tables.

-- Who may see which workspace, and as what.
CREATE OR REPLACE VIEW vw_user_workspaces WITH (security_invoker = true) AS
SELECT w.user_id, w.id AS workspace_id, w.name, w.description, w.domain, w.is_active,
       'admin'::varchar(50) AS role, true AS is_owner, w.created_at, w.updated_at
FROM workspaces w
UNION ALL
SELECT m.user_id, w.id, w.name, w.description, w.domain, w.is_active, m.role, false, w.created_at, w.updated_at
FROM workspace_members m
JOIN workspaces w ON w.id = m.workspace_id
WHERE m.user_id <> w.user_id;

CREATE OR REPLACE VIEW vw_workspace_stats WITH (security_invoker = true) AS
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
CREATE OR REPLACE VIEW vw_low_confidence_messages WITH (security_invoker = true) AS
SELECT c.workspace_id, m.conversation_id, m.id AS message_id,
       (SELECT q.content FROM messages q
        WHERE q.conversation_id = m.conversation_id AND q.role = 'user' AND q.created_at <= m.created_at
        ORDER BY q.created_at DESC LIMIT 1) AS question,
       m.content AS answer, m.rag_score, m.feedback, m.created_at
FROM messages m
JOIN conversations c ON c.id = m.conversation_id
WHERE m.role = 'assistant' AND m.rag_score < 0.5 AND m.is_resolved = false AND c.channel <> 'test';

-- Rights -----------------------------------------------------------------------------------------
-- Supabase shows every table of `public` over HTTP to its roles anon and authenticated. What is made
-- here is not theirs: passwords, sessions and keys stay with the owner. Tables that were there keep
-- their policies.
DO $$
DECLARE
    stranger text;
    own text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        FOR own IN SELECT relname FROM pg_class
                   WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                     AND relname IN ('schema_migrations', 'app_users', 'app_sessions', 'profiles', 'workspaces',
                         'workspace_members', 'workspace_invitations', 'api_keys', 'workspace_databases', 'documents',
                         'document_contents', 'document_chunks', 'conversations', 'messages', 'analytics_daily',
                         'insights_cache', 'message_topics', 'response_cache', 'jobs', 'change_log', 'audit_log')
                     AND relname NOT IN (SELECT relname FROM monitora_before) LOOP
            EXECUTE format('REVOKE ALL ON %I FROM %I', own, stranger);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', own);
        END LOOP;
        FOREACH own IN ARRAY ARRAY['vw_user_workspaces', 'vw_workspace_stats', 'vw_low_confidence_messages'] LOOP
            EXECUTE format('REVOKE ALL ON %I FROM %I', own, stranger);
        END LOOP;
    END LOOP;
END $$;

DROP TABLE monitora_before;
DROP FUNCTION pg_temp.want(text, text, text);
DROP FUNCTION pg_temp.take_over(text, text, text, text);
DROP FUNCTION pg_temp.array_to_json(text, text);
