-- A topic's questions, by which it is known again: daily_counts {"2026-11-23": 4} by the workspace's days,
-- members the first 64 bits of each question's hash, little-endian.
ALTER TABLE message_topics ADD COLUMN daily_counts TEXT
    CONSTRAINT CHK_message_topics_daily_counts CHECK (daily_counts IS NULL OR json_valid(daily_counts));
ALTER TABLE message_topics ADD COLUMN members BLOB;

-- The vector of each question that visitors asked, by the hash of its normalised text: embedded once,
-- forgotten with the last conversation that has it.
CREATE TABLE question_vectors (
    workspace_id TEXT NOT NULL,
    question_hash TEXT NOT NULL,
    embedding BLOB NOT NULL,
    embedding_model TEXT NOT NULL,
    CONSTRAINT PK_question_vectors PRIMARY KEY (workspace_id, question_hash),
    CONSTRAINT FK_question_vectors_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- When a workspace's topics were last made. fitted: the questions that were grouped when all were grouped
-- afresh. loose: questions in no topic, as members.
CREATE TABLE topic_runs (
    workspace_id TEXT NOT NULL PRIMARY KEY,
    refreshed_at TEXT NOT NULL,
    fitted INTEGER NOT NULL,
    loose BLOB NOT NULL,
    CONSTRAINT FK_topic_runs_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
