-- A topic's questions, by which it is known again: daily_counts {"2026-11-23": 4} by the workspace's days,
-- members the first 64 bits of each question's hash, little-endian.
ALTER TABLE message_topics ADD COLUMN IF NOT EXISTS daily_counts jsonb;
ALTER TABLE message_topics ADD COLUMN IF NOT EXISTS members bytea;

-- The vector of each question that visitors asked, by the hash of its normalised text: embedded once,
-- forgotten with the last conversation that has it.
CREATE TABLE IF NOT EXISTS question_vectors (
    workspace_id uuid NOT NULL,
    question_hash varchar(64) COLLATE "C" NOT NULL,
    embedding bytea NOT NULL,
    embedding_model varchar(100) NOT NULL,
    CONSTRAINT PK_question_vectors PRIMARY KEY (workspace_id, question_hash),
    CONSTRAINT FK_question_vectors_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

-- When a workspace's topics were last made. fitted: the questions that were grouped when all were grouped
-- afresh. loose: questions in no topic, as members.
CREATE TABLE IF NOT EXISTS topic_runs (
    workspace_id uuid NOT NULL PRIMARY KEY,
    refreshed_at timestamptz NOT NULL,
    fitted integer NOT NULL,
    loose bytea NOT NULL,
    CONSTRAINT FK_topic_runs_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

-- Nothing of this is for the roles that Supabase shows tables to over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON question_vectors, topic_runs FROM %I', stranger);
    END LOOP;
END $$;
