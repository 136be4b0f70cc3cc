-- Answers that people give: written before the question comes (curated_answers), or in its conversation
-- (conversations.handover: who answers there).

-- One answer for a question and its other wordings (`variants`, a JSON array of texts). `embeddings`: one vector a
-- wording, the question's first (float32, little-endian), of `embedding_model`; NULL until they are made.
CREATE TABLE IF NOT EXISTS curated_answers (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    question text NOT NULL,
    variants jsonb,
    answer text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    use_count integer NOT NULL DEFAULT 0,
    embeddings bytea,
    embedding_model varchar(100),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT FK_curated_answers_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_curated_answers_workspace ON curated_answers (workspace_id, created_at, id);

-- bot: the chatbot answers. requested: a person is wanted, and the bot is silent. person: one answers.
ALTER TABLE conversations
    ADD COLUMN IF NOT EXISTS handover varchar(20) NOT NULL DEFAULT 'bot'
        CONSTRAINT CHK_conversations_handover CHECK (handover IN ('bot', 'requested', 'person')),
    ADD COLUMN IF NOT EXISTS handover_at timestamptz,
    ADD COLUMN IF NOT EXISTS handover_contact varchar(255);
CREATE INDEX IF NOT EXISTS idx_conversations_handover ON conversations (workspace_id, handover) WHERE handover <> 'bot';

-- Not for those to whom Supabase shows every table over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON curated_answers FROM %I', stranger);
    END LOOP;
END $$;
