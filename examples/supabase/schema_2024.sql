-- The second generation: chunks with vectors in arrays, domains in an array beside a domain,
-- topics, customers' databases (several a workspace), the older names of documents' columns.
CREATE TABLE profiles (
    id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE,
    email text,
    full_name text,
    avatar_url text,
    plan text DEFAULT 'starter',
    workspaces_limit integer DEFAULT 3,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    domain text,
    allowed_domains text[] DEFAULT '{}',
    api_key varchar(64) UNIQUE,
    rag_config jsonb DEFAULT '{}',
    widget_config jsonb DEFAULT '{}',
    is_active boolean DEFAULT true,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TABLE workspace_databases (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    db_type text DEFAULT 'sqlserver',
    db_host text NOT NULL,
    db_name text NOT NULL,
    db_user text NOT NULL,
    db_password text NOT NULL,
    db_port integer DEFAULT 1433,
    allowed_tables text[],
    is_enabled boolean DEFAULT true,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
);

CREATE TYPE document_status AS ENUM ('pending', 'indexing', 'indexed', 'error');
CREATE TABLE documents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    filename text NOT NULL,
    title text,
    file_path text,
    storage_path text,
    file_size bigint,
    file_type text,
    status document_status DEFAULT 'pending',
    chunks_count integer DEFAULT 0,
    error_message text,
    created_at timestamptz DEFAULT now(),
    indexed_at timestamptz
);

CREATE TABLE document_chunks (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    content text NOT NULL,
    metadata jsonb,
    chunk_index integer NOT NULL,
    embedding real[],
    created_at timestamptz DEFAULT now(),
    UNIQUE (document_id, chunk_index)
);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    visitor_id text,
    started_at timestamptz DEFAULT now(),
    last_message_at timestamptz,
    ended_at timestamptz,
    messages_count integer DEFAULT 0,
    satisfaction integer CHECK (satisfaction BETWEEN 1 AND 5)
);
CREATE INDEX ON conversations (workspace_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content text NOT NULL,
    sources jsonb,
    rag_score real,
    feedback smallint,
    is_resolved boolean DEFAULT false,
    response_time_ms integer,
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

CREATE TABLE message_topics (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    topic_name text NOT NULL,
    message_count integer DEFAULT 1,
    sample_questions text[],
    last_updated timestamptz DEFAULT now()
);
