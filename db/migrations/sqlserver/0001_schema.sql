-- The schema of MONITORA for SQL Server 2016 SP1 and later.
--
-- ids    UNIQUEIDENTIFIER
-- times  DATETIMEOFFSET (7 digits); the program writes UTC, to the microsecond
-- json   NVARCHAR(MAX) checked with ISJSON
-- bool   BIT
--
-- Collations are named where comparing matters, so that a database of any collation works the same:
--   Latin1_General_100_BIN2  hashes, states, names of models: exactly this text
--   Latin1_General_CI_AS     e-mails and workspace names: without case
--
-- Random ids make poor clustered keys for tables that grow: those are clustered in the order in which
-- they are read, and their primary key is not. Error 1785 forbids two cascade paths to one table:
-- FK_chunks_workspace and FK_members_user are NO ACTION, and whoever deletes a workspace deletes its
-- chunks first.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

CREATE TABLE dbo.schema_migrations (
    version INT NOT NULL,
    name NVARCHAR(255) NOT NULL,
    checksum NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    applied_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_schema_migrations_applied_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_schema_migrations PRIMARY KEY (version)
);
GO

-- People -----------------------------------------------------------------------------------------

CREATE TABLE dbo.app_users (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_app_users_id DEFAULT NEWID(),
    email NVARCHAR(255) COLLATE Latin1_General_CI_AS NOT NULL,
    password_hash NVARCHAR(500) NOT NULL,
    password_salt NVARCHAR(255) NOT NULL,
    full_name NVARCHAR(255) NULL,
    role NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NULL CONSTRAINT DF_app_users_role DEFAULT N'admin',
    is_active BIT NULL CONSTRAINT DF_app_users_is_active DEFAULT 1,
    email_verified BIT NULL CONSTRAINT DF_app_users_email_verified DEFAULT 0,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_app_users_created_at DEFAULT SYSDATETIMEOFFSET(),
    last_login_at DATETIMEOFFSET NULL,
    failed_login_attempts INT NULL CONSTRAINT DF_app_users_failed_login_attempts DEFAULT 0,
    locked_until DATETIMEOFFSET NULL,
    CONSTRAINT PK_app_users PRIMARY KEY (id),
    CONSTRAINT UQ_app_users_email UNIQUE (email),
    CONSTRAINT CHK_user_role CHECK (role IN (N'admin', N'lecteur'))
);
GO

-- token_hash and refresh_token_hash are SHA-256 in 64 hex characters. A family is every rotation of
-- one sign-in.
CREATE TABLE dbo.app_sessions (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_app_sessions_id DEFAULT NEWID(),
    user_id UNIQUEIDENTIFIER NOT NULL,
    token_hash NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    refresh_token_hash NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NULL,
    family_id UNIQUEIDENTIFIER NULL,
    expires_at DATETIMEOFFSET NOT NULL,
    refresh_expires_at DATETIMEOFFSET NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_app_sessions_created_at DEFAULT SYSDATETIMEOFFSET(),
    last_used_at DATETIMEOFFSET NULL,
    revoked_at DATETIMEOFFSET NULL,
    ip_address NVARCHAR(50) NULL,
    user_agent NVARCHAR(500) NULL,
    CONSTRAINT PK_app_sessions PRIMARY KEY (id),
    CONSTRAINT FK_sessions_user FOREIGN KEY (user_id) REFERENCES dbo.app_users (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_sessions_token ON dbo.app_sessions (token_hash);
CREATE NONCLUSTERED INDEX idx_sessions_user ON dbo.app_sessions (user_id);
CREATE NONCLUSTERED INDEX idx_sessions_expires ON dbo.app_sessions (expires_at);
CREATE NONCLUSTERED INDEX idx_sessions_refresh ON dbo.app_sessions (refresh_token_hash);
CREATE NONCLUSTERED INDEX idx_sessions_family ON dbo.app_sessions (family_id);
GO

CREATE TABLE dbo.profiles (
    id UNIQUEIDENTIFIER NOT NULL,
    email NVARCHAR(255) NULL,
    full_name NVARCHAR(255) NULL,
    avatar_url NVARCHAR(MAX) NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_profiles_created_at DEFAULT SYSDATETIMEOFFSET(),
    updated_at DATETIMEOFFSET NULL CONSTRAINT DF_profiles_updated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_profiles PRIMARY KEY (id),
    CONSTRAINT FK_profiles_user FOREIGN KEY (id) REFERENCES dbo.app_users (id) ON DELETE CASCADE
);
GO

-- Workspaces -------------------------------------------------------------------------------------

CREATE TABLE dbo.workspaces (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_workspaces_id DEFAULT NEWID(),
    user_id UNIQUEIDENTIFIER NOT NULL,
    name NVARCHAR(255) COLLATE Latin1_General_CI_AS NOT NULL,
    description NVARCHAR(MAX) NULL,
    domain NVARCHAR(MAX) NULL,
    api_key NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    allowed_domains NVARCHAR(MAX) NULL,
    rag_config NVARCHAR(MAX) NULL,
    widget_config NVARCHAR(MAX) NULL,
    identity_secret_encrypted NVARCHAR(MAX) NULL,
    identity_secret_previous_encrypted NVARCHAR(MAX) NULL,
    identity_secret_previous_expires_at DATETIMEOFFSET NULL,
    is_active BIT NULL CONSTRAINT DF_workspaces_is_active DEFAULT 1,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_workspaces_created_at DEFAULT SYSDATETIMEOFFSET(),
    updated_at DATETIMEOFFSET NULL CONSTRAINT DF_workspaces_updated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_workspaces PRIMARY KEY (id),
    CONSTRAINT CHK_workspaces_allowed_domains CHECK (allowed_domains IS NULL OR ISJSON(allowed_domains) = 1),
    CONSTRAINT CHK_workspaces_rag_config CHECK (rag_config IS NULL OR ISJSON(rag_config) = 1),
    CONSTRAINT CHK_workspaces_widget_config CHECK (widget_config IS NULL OR ISJSON(widget_config) = 1),
    CONSTRAINT FK_workspaces_user FOREIGN KEY (user_id) REFERENCES dbo.profiles (id) ON DELETE CASCADE
);
-- A UNIQUE constraint would let only one workspace be without a key.
CREATE UNIQUE NONCLUSTERED INDEX UQ_workspaces_api_key ON dbo.workspaces (api_key) WHERE api_key IS NOT NULL;
CREATE NONCLUSTERED INDEX idx_workspaces_user ON dbo.workspaces (user_id, name);
GO

CREATE TABLE dbo.workspace_members (
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    user_id UNIQUEIDENTIFIER NOT NULL,
    role NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT DF_workspace_members_role DEFAULT N'lecteur',
    invited_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_workspace_members_invited_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_workspace_members PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT CHK_workspace_members_role CHECK (role IN (N'admin', N'lecteur')),
    CONSTRAINT FK_members_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE,
    CONSTRAINT FK_members_user FOREIGN KEY (user_id) REFERENCES dbo.profiles (id) ON DELETE NO ACTION
);
CREATE NONCLUSTERED INDEX idx_workspace_members_user ON dbo.workspace_members (user_id);
GO

-- E-mails invited before they have an account; each becomes a membership at sign-up.
CREATE TABLE dbo.workspace_invitations (
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    email NVARCHAR(255) COLLATE Latin1_General_CI_AS NOT NULL,
    role NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT DF_workspace_invitations_role DEFAULT N'lecteur',
    invited_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_workspace_invitations_invited_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_workspace_invitations PRIMARY KEY (workspace_id, email),
    CONSTRAINT CHK_workspace_invitations_role CHECK (role IN (N'admin', N'lecteur')),
    CONSTRAINT FK_invitations_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_workspace_invitations_email ON dbo.workspace_invitations (email);
GO

CREATE TABLE dbo.api_keys (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_api_keys_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    name NVARCHAR(255) NOT NULL,
    key_prefix NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    key_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_api_keys_created_at DEFAULT SYSDATETIMEOFFSET(),
    last_used_at DATETIMEOFFSET NULL,
    expires_at DATETIMEOFFSET NULL,
    revoked_at DATETIMEOFFSET NULL,
    CONSTRAINT PK_api_keys PRIMARY KEY (id),
    CONSTRAINT UQ_api_keys_hash UNIQUE (key_hash),
    CONSTRAINT FK_api_keys_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_api_keys_workspace ON dbo.api_keys (workspace_id, created_at);
GO

-- A customer's own database, asked by the bot.
CREATE TABLE dbo.workspace_databases (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_workspace_databases_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    db_type NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NULL CONSTRAINT DF_workspace_databases_db_type DEFAULT N'sqlserver',
    db_host NVARCHAR(255) NOT NULL,
    db_name NVARCHAR(255) NOT NULL,
    db_user NVARCHAR(255) NOT NULL,
    db_password_encrypted NVARCHAR(500) NOT NULL,
    db_port INT NULL CONSTRAINT DF_workspace_databases_db_port DEFAULT 1433,
    schema_type NVARCHAR(50) NULL CONSTRAINT DF_workspace_databases_schema_type DEFAULT N'generic',
    allowed_tables NVARCHAR(MAX) NULL,
    is_enabled BIT NULL CONSTRAINT DF_workspace_databases_is_enabled DEFAULT 1,
    last_test_status NVARCHAR(50) NULL,
    last_test_at DATETIMEOFFSET NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_workspace_databases_created_at DEFAULT SYSDATETIMEOFFSET(),
    updated_at DATETIMEOFFSET NULL CONSTRAINT DF_workspace_databases_updated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_workspace_databases PRIMARY KEY (id),
    CONSTRAINT CHK_db_type CHECK (db_type IN (N'sqlserver', N'mysql', N'postgres')),
    CONSTRAINT CHK_workspace_databases_allowed_tables CHECK (allowed_tables IS NULL OR ISJSON(allowed_tables) = 1),
    CONSTRAINT FK_workspace_databases_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_workspace_databases_workspace ON dbo.workspace_databases (workspace_id);
GO

-- Documents --------------------------------------------------------------------------------------

CREATE TABLE dbo.documents (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_documents_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    filename NVARCHAR(255) NOT NULL,
    file_path NVARCHAR(MAX) NULL,
    storage_path NVARCHAR(MAX) NULL,
    file_size BIGINT NULL,
    mime_type NVARCHAR(255) NULL,
    content_sha256 NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    status NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NULL CONSTRAINT DF_documents_status DEFAULT N'pending',
    chunk_count INT NULL CONSTRAINT DF_documents_chunk_count DEFAULT 0,
    error_message NVARCHAR(MAX) NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_documents_created_at DEFAULT SYSDATETIMEOFFSET(),
    indexed_at DATETIMEOFFSET NULL,
    CONSTRAINT PK_documents PRIMARY KEY NONCLUSTERED (id),
    CONSTRAINT CHK_documents_status CHECK (status IN (N'pending', N'processing', N'indexed', N'error')),
    CONSTRAINT FK_documents_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE UNIQUE CLUSTERED INDEX idx_documents_workspace ON dbo.documents (workspace_id, created_at, id);
CREATE NONCLUSTERED INDEX idx_documents_status ON dbo.documents (workspace_id, status, created_at, id);
GO

-- The original files, apart from the rows that lists read: the database alone is a complete backup.
CREATE TABLE dbo.document_contents (
    document_id UNIQUEIDENTIFIER NOT NULL,
    content VARBINARY(MAX) NOT NULL,
    CONSTRAINT PK_document_contents PRIMARY KEY (document_id),
    CONSTRAINT FK_contents_document FOREIGN KEY (document_id) REFERENCES dbo.documents (id) ON DELETE CASCADE
);
GO

-- embedding: float32, little-endian. embedding_id: the chunk's label in an index of FAISS.
CREATE TABLE dbo.document_chunks (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_document_chunks_id DEFAULT NEWID(),
    document_id UNIQUEIDENTIFIER NOT NULL,
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    content NVARCHAR(MAX) NOT NULL,
    metadata NVARCHAR(MAX) NULL,
    chunk_index INT NOT NULL,
    embedding_id NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NULL,
    embedding VARBINARY(MAX) NULL,
    embedding_model NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_document_chunks_created_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_document_chunks PRIMARY KEY NONCLUSTERED (id),
    CONSTRAINT UQ_document_chunk UNIQUE NONCLUSTERED (document_id, chunk_index),
    CONSTRAINT CHK_document_chunks_metadata CHECK (metadata IS NULL OR ISJSON(metadata) = 1),
    CONSTRAINT FK_chunks_document FOREIGN KEY (document_id) REFERENCES dbo.documents (id) ON DELETE CASCADE,
    CONSTRAINT FK_chunks_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE NO ACTION
);
-- In the order in which an index is filled: a workspace's chunks are read from beginning to end.
CREATE CLUSTERED INDEX idx_document_chunks_workspace ON dbo.document_chunks (workspace_id, document_id, chunk_index);
CREATE NONCLUSTERED INDEX idx_document_chunks_document ON dbo.document_chunks (document_id);
-- Which models a workspace's vectors are of, without reading the vectors.
CREATE NONCLUSTERED INDEX idx_document_chunks_model ON dbo.document_chunks (embedding_model, workspace_id);
GO

-- Conversations ----------------------------------------------------------------------------------

-- latest_at is computed so that the list's order has an index.
CREATE TABLE dbo.conversations (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_conversations_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    visitor_id NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NULL,
    title NVARCHAR(MAX) NULL,
    channel NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT DF_conversations_channel DEFAULT N'widget',
    started_at DATETIMEOFFSET NULL CONSTRAINT DF_conversations_started_at DEFAULT SYSDATETIMEOFFSET(),
    last_message_at DATETIMEOFFSET NULL,
    ended_at DATETIMEOFFSET NULL,
    messages_count INT NULL CONSTRAINT DF_conversations_messages_count DEFAULT 0,
    satisfaction INT NULL,
    latest_at AS COALESCE(last_message_at, started_at),
    CONSTRAINT PK_conversations PRIMARY KEY NONCLUSTERED (id),
    CONSTRAINT CHK_conversations_channel CHECK (channel IN (N'widget', N'test', N'api')),
    CONSTRAINT CHK_conversations_satisfaction CHECK (satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5),
    CONSTRAINT FK_conversations_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
-- The export's order, and one that never changes for a row.
CREATE UNIQUE CLUSTERED INDEX idx_conversations_started ON dbo.conversations (workspace_id, started_at, id);
CREATE NONCLUSTERED INDEX idx_conversations_workspace ON dbo.conversations (workspace_id, last_message_at);
CREATE NONCLUSTERED INDEX idx_conversations_latest ON dbo.conversations (workspace_id, latest_at, id);
-- Covers the counts beside a workspace's name.
CREATE NONCLUSTERED INDEX idx_conversations_counts ON dbo.conversations (workspace_id, channel) INCLUDE (messages_count);
GO

CREATE TABLE dbo.messages (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_messages_id DEFAULT NEWID(),
    conversation_id UNIQUEIDENTIFIER NOT NULL,
    role NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    content NVARCHAR(MAX) NOT NULL,
    sources NVARCHAR(MAX) NULL,
    rag_score FLOAT NULL,
    feedback SMALLINT NULL,
    is_resolved BIT NULL CONSTRAINT DF_messages_is_resolved DEFAULT 0,
    is_complete BIT NOT NULL CONSTRAINT DF_messages_is_complete DEFAULT 1,
    cached BIT NOT NULL CONSTRAINT DF_messages_cached DEFAULT 0,
    response_time_ms INT NULL,
    ttfb_ms INT NULL,
    tokens_used INT NULL,
    model NVARCHAR(255) NULL,
    metadata NVARCHAR(MAX) NULL,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_messages_created_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_messages PRIMARY KEY NONCLUSTERED (id),
    CONSTRAINT CHK_messages_role CHECK (role IN (N'user', N'assistant', N'system')),
    CONSTRAINT CHK_messages_rag_score CHECK (rag_score IS NULL OR (rag_score >= 0 AND rag_score <= 1)),
    CONSTRAINT CHK_messages_feedback CHECK (feedback IS NULL OR feedback IN (-1, 1)),
    CONSTRAINT CHK_messages_sources CHECK (sources IS NULL OR ISJSON(sources) = 1),
    CONSTRAINT CHK_messages_metadata CHECK (metadata IS NULL OR ISJSON(metadata) = 1),
    CONSTRAINT FK_messages_conversation FOREIGN KEY (conversation_id) REFERENCES dbo.conversations (id) ON DELETE CASCADE
);
-- A conversation in order of time is one range of pages.
CREATE UNIQUE CLUSTERED INDEX idx_messages_conversation ON dbo.messages (conversation_id, created_at, id);
-- Figures are summed without reading what was said.
CREATE NONCLUSTERED INDEX idx_messages_figures ON dbo.messages (conversation_id, created_at)
INCLUDE (role, feedback, rag_score, is_resolved, cached, response_time_ms, ttfb_ms);
GO

-- What is computed from conversations ------------------------------------------------------------

CREATE TABLE dbo.analytics_daily (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_analytics_daily_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    date DATE NOT NULL,
    conversations_count INT NULL CONSTRAINT DF_analytics_daily_conversations_count DEFAULT 0,
    messages_count INT NULL CONSTRAINT DF_analytics_daily_messages_count DEFAULT 0,
    unique_visitors INT NULL CONSTRAINT DF_analytics_daily_unique_visitors DEFAULT 0,
    avg_response_time_ms FLOAT NULL,
    satisfaction_rate FLOAT NULL,
    CONSTRAINT PK_analytics_daily PRIMARY KEY (id),
    CONSTRAINT UQ_analytics_daily UNIQUE (workspace_id, date),
    CONSTRAINT FK_analytics_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
GO

CREATE TABLE dbo.insights_cache (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_insights_cache_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    satisfaction_rate FLOAT NULL,
    avg_rag_score FLOAT NULL,
    avg_messages_per_conversation FLOAT NULL,
    low_confidence_count INT NULL CONSTRAINT DF_insights_cache_low_confidence_count DEFAULT 0,
    total_conversations INT NULL CONSTRAINT DF_insights_cache_total_conversations DEFAULT 0,
    total_messages INT NULL CONSTRAINT DF_insights_cache_total_messages DEFAULT 0,
    calculated_at DATETIMEOFFSET NULL CONSTRAINT DF_insights_cache_calculated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_insights_cache PRIMARY KEY (id),
    CONSTRAINT UQ_insights_workspace UNIQUE (workspace_id),
    CONSTRAINT FK_insights_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
GO

CREATE TABLE dbo.message_topics (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_message_topics_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    topic_name NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    message_count INT NULL CONSTRAINT DF_message_topics_message_count DEFAULT 1,
    sample_questions NVARCHAR(MAX) NULL,
    last_updated DATETIMEOFFSET NULL CONSTRAINT DF_message_topics_last_updated DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_message_topics PRIMARY KEY (id),
    CONSTRAINT UQ_workspace_topic UNIQUE (workspace_id, topic_name),
    CONSTRAINT CHK_message_topics_sample_questions CHECK (sample_questions IS NULL OR ISJSON(sample_questions) = 1),
    CONSTRAINT FK_topics_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_message_topics_workspace ON dbo.message_topics (workspace_id);
GO

-- question_hash: SHA-256 of the normalised question in hex. similarity_score: of a semantic match.
-- rag_score: of the answer that is kept.
CREATE TABLE dbo.response_cache (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_response_cache_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    question_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    question NVARCHAR(MAX) NOT NULL,
    question_embedding VARBINARY(MAX) NULL,
    embedding_model NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    response NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    sources NVARCHAR(MAX) NULL,
    similarity_score FLOAT NULL,
    rag_score FLOAT NULL,
    hit_count INT NULL CONSTRAINT DF_response_cache_hit_count DEFAULT 1,
    created_at DATETIMEOFFSET NULL CONSTRAINT DF_response_cache_created_at DEFAULT SYSDATETIMEOFFSET(),
    expires_at DATETIMEOFFSET NULL,
    context_version NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT PK_response_cache PRIMARY KEY (id),
    CONSTRAINT CHK_response_cache_sources CHECK (sources IS NULL OR ISJSON(sources) = 1),
    CONSTRAINT FK_cache_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_response_cache_workspace ON dbo.response_cache (workspace_id);
CREATE NONCLUSTERED INDEX idx_response_cache_hash ON dbo.response_cache (workspace_id, question_hash);
CREATE NONCLUSTERED INDEX idx_response_cache_expires ON dbo.response_cache (expires_at);
GO

-- The running of it ------------------------------------------------------------------------------

-- The durable queue. A running job whose lease has run out is due again.
CREATE TABLE dbo.jobs (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_jobs_id DEFAULT NEWID(),
    kind NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    payload NVARCHAR(MAX) NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT DF_jobs_status DEFAULT N'pending',
    attempts INT NOT NULL CONSTRAINT DF_jobs_attempts DEFAULT 0,
    run_after DATETIMEOFFSET NOT NULL CONSTRAINT DF_jobs_run_after DEFAULT SYSDATETIMEOFFSET(),
    leased_until DATETIMEOFFSET NULL,
    leased_by NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NULL,
    last_error NVARCHAR(MAX) NULL,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_jobs_created_at DEFAULT SYSDATETIMEOFFSET(),
    finished_at DATETIMEOFFSET NULL,
    CONSTRAINT PK_jobs PRIMARY KEY (id),
    CONSTRAINT CHK_jobs_payload CHECK (ISJSON(payload) = 1),
    CONSTRAINT CHK_jobs_status CHECK (status IN (N'pending', N'running', N'done', N'failed'))
);
CREATE NONCLUSTERED INDEX idx_jobs_due ON dbo.jobs (status, run_after);
CREATE NONCLUSTERED INDEX idx_jobs_lease ON dbo.jobs (status, leased_until);
GO

-- How every node learns what others changed. No foreign key: a deletion is told here too.
CREATE TABLE dbo.change_log (
    sequence BIGINT IDENTITY (1, 1) NOT NULL,
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    entity NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    entity_id NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    operation NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    at DATETIMEOFFSET NOT NULL CONSTRAINT DF_change_log_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_change_log PRIMARY KEY (sequence)
);
CREATE NONCLUSTERED INDEX idx_change_log_workspace ON dbo.change_log (workspace_id, entity, operation, sequence);
GO

CREATE TABLE dbo.audit_log (
    id BIGINT IDENTITY (1, 1) NOT NULL,
    at DATETIMEOFFSET NOT NULL CONSTRAINT DF_audit_log_at DEFAULT SYSDATETIMEOFFSET(),
    actor NVARCHAR(255) NOT NULL,
    action NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    workspace_id UNIQUEIDENTIFIER NULL,
    target NVARCHAR(MAX) NULL,
    ip_address NVARCHAR(50) NULL,
    detail NVARCHAR(MAX) NULL,
    CONSTRAINT PK_audit_log PRIMARY KEY (id),
    CONSTRAINT CHK_audit_log_detail CHECK (detail IS NULL OR ISJSON(detail) = 1)
);
CREATE NONCLUSTERED INDEX idx_audit_log_workspace ON dbo.audit_log (workspace_id, at);
CREATE NONCLUSTERED INDEX idx_audit_log_at ON dbo.audit_log (at);
GO
