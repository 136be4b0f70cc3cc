-- Questions to a customer's own database.

-- What the tables hold, in the admin's words: a JSON object of texts by "table" or "table.column". sample_rows: whether
-- a language model may be shown a few real rows.
ALTER TABLE workspace_databases
    ADD COLUMN IF NOT EXISTS descriptions jsonb,
    ADD COLUMN IF NOT EXISTS sample_rows boolean NOT NULL DEFAULT false;

-- A statement that an admin wrote for a kind of question. examples: a JSON array of its wordings. parameters: a JSON
-- array of {name, type, label, values}, the :name of the statement.
CREATE TABLE IF NOT EXISTS prepared_questions (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    description text NOT NULL,
    examples jsonb NOT NULL,
    statement text NOT NULL,
    parameters jsonb NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT FK_prepared_questions_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_prepared_questions_workspace ON prepared_questions (workspace_id, created_at, id);

-- Not for those to whom Supabase shows every table over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON prepared_questions FROM %I', stranger);
    END LOOP;
END $$;
