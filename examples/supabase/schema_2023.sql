-- The first generation: names of the beginning, subscription plans, times without a zone, no chunks
-- (vectors were kept elsewhere), and things that only this customer has.
CREATE TABLE profiles (
    id uuid PRIMARY KEY,
    email text,
    full_name text,
    avatar_url text,
    role text DEFAULT 'admin',
    plan text DEFAULT 'free',
    workspaces_limit integer DEFAULT 1,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    name text NOT NULL,
    description text,
    domain text,
    allowed_domains text[],
    api_key text,
    settings jsonb DEFAULT '{}',
    rag_config json,
    legacy_theme text,
    is_active boolean,
    created_at timestamp DEFAULT now(),
    updated_at timestamp DEFAULT now()
);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    name text NOT NULL,
    file_path text,
    file_type text,
    size bigint,
    status text DEFAULT 'pending' CHECK (status IN ('pending', 'indexing', 'indexed', 'error')),
    chunks_count integer DEFAULT 0,
    error text,
    uploaded_at timestamp DEFAULT now(),
    processed_at timestamp
);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    session_id text,
    created_at timestamp DEFAULT now(),
    updated_at timestamp,
    message_count bigint DEFAULT 0,
    satisfaction numeric(2, 0)
);
CREATE INDEX ON conversations (workspace_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    role text NOT NULL,
    content text NOT NULL,
    sources json,
    rag_score numeric(5, 4),
    feedback integer,
    is_resolved boolean,
    response_time_ms bigint,
    metadata text,
    created_at timestamp DEFAULT now()
);
CREATE INDEX ON messages (conversation_id);

CREATE TABLE analytics_daily (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    date timestamp NOT NULL,
    conversations_count integer DEFAULT 0,
    messages_count integer DEFAULT 0,
    unique_visitors integer DEFAULT 0,
    avg_response_time_ms numeric,
    satisfaction_rate numeric
);

CREATE TABLE newsletter (
    email text PRIMARY KEY,
    subscribed_at timestamp DEFAULT now()
);
