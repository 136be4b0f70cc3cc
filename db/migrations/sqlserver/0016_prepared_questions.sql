-- Questions to a customer's own database.

-- What the tables hold, in the admin's words: a JSON object of texts by table or table.column. sample_rows: whether
-- a language model may be shown a few real rows.
ALTER TABLE dbo.workspace_databases ADD
    descriptions NVARCHAR(MAX) NULL
    CONSTRAINT CHK_workspace_databases_descriptions CHECK (descriptions IS NULL OR ISJSON(descriptions) = 1);
GO
ALTER TABLE dbo.workspace_databases ADD
    sample_rows BIT NOT NULL CONSTRAINT DF_workspace_databases_sample_rows DEFAULT 0;
GO

-- A statement that an admin wrote for a kind of question. examples: a JSON array of its wordings. parameters: a JSON
-- array of {name, type, label, values}, the :name of the statement.
CREATE TABLE dbo.prepared_questions (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_prepared_questions_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    description NVARCHAR(MAX) NOT NULL,
    examples NVARCHAR(MAX) NOT NULL,
    statement NVARCHAR(MAX) NOT NULL,
    parameters NVARCHAR(MAX) NOT NULL,
    is_enabled BIT NOT NULL CONSTRAINT DF_prepared_questions_is_enabled DEFAULT 1,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_prepared_questions_created_at DEFAULT SYSDATETIMEOFFSET(),
    updated_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_prepared_questions_updated_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_prepared_questions PRIMARY KEY (id),
    CONSTRAINT CHK_prepared_questions_examples CHECK (ISJSON(examples) = 1),
    CONSTRAINT CHK_prepared_questions_parameters CHECK (ISJSON(parameters) = 1),
    CONSTRAINT FK_prepared_questions_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_prepared_questions_workspace ON dbo.prepared_questions (workspace_id, created_at, id);
GO
