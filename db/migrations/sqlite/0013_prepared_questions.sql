-- Questions to a customer's own database.

-- What the tables hold, in the admin's words: a JSON object of texts by "table" or "table.column". sample_rows: whether
-- a language model may be shown a few real rows.
ALTER TABLE workspace_databases ADD COLUMN descriptions TEXT
    CONSTRAINT CHK_workspace_databases_descriptions CHECK (descriptions IS NULL OR json_valid(descriptions));
ALTER TABLE workspace_databases ADD COLUMN sample_rows INTEGER NOT NULL DEFAULT 0 CHECK (sample_rows IN (0, 1));

-- A statement that an admin wrote for a kind of question. examples: a JSON array of its wordings. parameters: a JSON
-- array of {name, type, label, values}, the :name of the statement.
CREATE TABLE prepared_questions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    description TEXT NOT NULL,
    examples TEXT NOT NULL,
    statement TEXT NOT NULL,
    parameters TEXT NOT NULL,
    is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT CHK_prepared_questions_examples CHECK (json_valid(examples)),
    CONSTRAINT CHK_prepared_questions_parameters CHECK (json_valid(parameters)),
    CONSTRAINT FK_prepared_questions_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_prepared_questions_workspace ON prepared_questions (workspace_id, created_at, id);
