-- Answers that people give: written before the question comes (curated_answers), or in its conversation
-- (conversations.handover: who answers there).

-- One answer for a question and its other wordings (variants, a JSON array of texts). embeddings: one vector a
-- wording, the question's first (float32, little-endian), of embedding_model; NULL until they are made.
CREATE TABLE dbo.curated_answers (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_curated_answers_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    question NVARCHAR(MAX) NOT NULL,
    variants NVARCHAR(MAX) NULL,
    answer NVARCHAR(MAX) NOT NULL,
    is_enabled BIT NOT NULL CONSTRAINT DF_curated_answers_is_enabled DEFAULT 1,
    use_count INT NOT NULL CONSTRAINT DF_curated_answers_use_count DEFAULT 0,
    embeddings VARBINARY(MAX) NULL,
    embedding_model NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_curated_answers_created_at DEFAULT SYSDATETIMEOFFSET(),
    updated_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_curated_answers_updated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_curated_answers PRIMARY KEY (id),
    CONSTRAINT CHK_curated_answers_variants CHECK (variants IS NULL OR ISJSON(variants) = 1),
    CONSTRAINT FK_curated_answers_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_curated_answers_workspace ON dbo.curated_answers (workspace_id, created_at, id);
GO

-- bot: the chatbot answers. requested: a person is wanted, and the bot is silent. person: one answers.
ALTER TABLE dbo.conversations ADD
    handover NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL
    CONSTRAINT DF_conversations_handover DEFAULT N'bot'
    CONSTRAINT CHK_conversations_handover CHECK (handover IN (N'bot', N'requested', N'person'));
GO
ALTER TABLE dbo.conversations ADD handover_at DATETIMEOFFSET NULL;
GO
ALTER TABLE dbo.conversations ADD handover_contact NVARCHAR(255) NULL;
GO
CREATE NONCLUSTERED INDEX idx_conversations_handover ON dbo.conversations (workspace_id, handover);
GO
