-- The generation of today: JSON settings, vectors of pgvector (as text where that extension is not
-- installed), insights and caches.
CREATE TABLE profiles (
    id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE,
    email text,
    full_name text,
    avatar_url text,
    role text DEFAULT 'admin',
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    domain text,
    api_key varchar(64) UNIQUE,
    allowed_domains jsonb,
    rag_config jsonb DEFAULT '{}',
    widget_config jsonb DEFAULT '{}',
    is_active boolean DEFAULT true,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TABLE workspace_databases (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    db_type varchar(50) DEFAULT 'sqlserver' CHECK (db_type IN ('sqlserver', 'mysql', 'postgres')),
    db_host varchar(255) NOT NULL,
    db_name varchar(255) NOT NULL,
    db_user varchar(255) NOT NULL,
    db_password_encrypted varchar(500) NOT NULL,
    db_port integer DEFAULT 1433,
    schema_type varchar(50) DEFAULT 'generic',
    allowed_tables jsonb,
    is_enabled boolean DEFAULT true,
    last_test_status varchar(50),
    last_test_at timestamptz,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    filename varchar(255) NOT NULL,
    file_path text,
    storage_path text,
    file_size bigint,
    mime_type varchar(255),
    content_sha256 varchar(64),
    status varchar(50) DEFAULT 'pending',
    chunk_count integer DEFAULT 0,
    error_message text,
    created_at timestamptz DEFAULT now(),
    indexed_at timestamptz
);

CREATE TABLE document_chunks (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    content text NOT NULL,
    metadata jsonb,
    chunk_index integer NOT NULL,
    embedding text,
    created_at timestamptz DEFAULT now(),
    UNIQUE (document_id, chunk_index)
);
ALTER TABLE document_chunks ALTER COLUMN embedding SET STORAGE EXTERNAL;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector;
        ALTER TABLE document_chunks ALTER COLUMN embedding TYPE vector USING embedding::vector;
    END IF;
END $$;

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    visitor_id varchar(255),
    title text,
    channel varchar(20) DEFAULT 'widget',
    started_at timestamptz DEFAULT now(),
    last_message_at timestamptz,
    ended_at timestamptz,
    messages_count integer DEFAULT 0,
    satisfaction integer
);
CREATE INDEX ON conversations (workspace_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    role varchar(20) NOT NULL,
    content text NOT NULL,
    sources jsonb,
    rag_score double precision,
    feedback smallint,
    is_resolved boolean DEFAULT false,
    response_time_ms integer,
    ttfb_ms integer,
    tokens_used integer,
    model text,
    metadata jsonb,
    created_at timestamptz DEFAULT now()
);
CREATE INDEX ON messages (conversation_id);

CREATE TABLE analytics_daily (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    date date NOT NULL,
    conversations_count integer DEFAULT 0,
    messages_count integer DEFAULT 0,
    unique_visitors integer DEFAULT 0,
    avg_response_time_ms double precision,
    satisfaction_rate double precision,
    UNIQUE (workspace_id, date)
);

CREATE TABLE insights_cache (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL UNIQUE REFERENCES workspaces ON DELETE CASCADE,
    satisfaction_rate double precision,
    avg_rag_score double precision,
    avg_messages_per_conversation double precision,
    low_confidence_count integer DEFAULT 0,
    total_conversations integer DEFAULT 0,
    total_messages integer DEFAULT 0,
    calculated_at timestamptz DEFAULT now()
);

CREATE TABLE message_topics (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    topic_name varchar(255) NOT NULL,
    message_count integer DEFAULT 1,
    sample_questions jsonb,
    last_updated timestamptz DEFAULT now(),
    UNIQUE (workspace_id, topic_name)
);

CREATE TABLE response_cache (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    question_hash varchar(64) NOT NULL,
    question text NOT NULL,
    embedding double precision[],
    response text NOT NULL,
    sources jsonb,
    similarity_score double precision,
    hit_count integer DEFAULT 1,
    created_at timestamptz DEFAULT now(),
    expires_at timestamptz
);

DO $$
DECLARE
    each text;
BEGIN
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', each);
    END LOOP;
END $$;
