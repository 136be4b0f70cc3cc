-- A topic's questions, by which it is known again: daily_counts {"2026-11-23": 4} by the workspace's days,
-- members the first 64 bits of each question's hash, little-endian.
ALTER TABLE dbo.message_topics ADD
    daily_counts NVARCHAR(MAX) NULL
    CONSTRAINT CHK_message_topics_daily_counts CHECK (daily_counts IS NULL OR ISJSON(daily_counts) = 1);
ALTER TABLE dbo.message_topics ADD members VARBINARY(MAX) NULL;
GO

-- The vector of each question that visitors asked, by the hash of its normalised text: embedded once,
-- forgotten with the last conversation that has it.
CREATE TABLE dbo.question_vectors (
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    question_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    embedding VARBINARY(MAX) NOT NULL,
    embedding_model NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT PK_question_vectors PRIMARY KEY (workspace_id, question_hash),
    CONSTRAINT FK_question_vectors_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
GO

-- When a workspace's topics were last made. fitted: the questions that were grouped when all were grouped
-- afresh. loose: questions in no topic, as members.
CREATE TABLE dbo.topic_runs (
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    refreshed_at DATETIMEOFFSET NOT NULL,
    fitted INT NOT NULL,
    loose VARBINARY(MAX) NOT NULL,
    CONSTRAINT PK_topic_runs PRIMARY KEY (workspace_id),
    CONSTRAINT FK_topic_runs_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
GO
