-- What `monitora migrate` has brought here: one row a source, and one for each part of a table, written
-- in the transaction that stores the part's rows.
--
-- While a run is loading, updated_at, messages_count and last_message_at stay as the source has them:
-- the triggers that keep them do nothing.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

CREATE TABLE dbo.transfer_runs (
    id UNIQUEIDENTIFIER NOT NULL,
    source NVARCHAR(MAX) NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    watermark NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    started_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_transfer_runs_started_at DEFAULT SYSDATETIMEOFFSET(),
    finished_at DATETIMEOFFSET NULL,
    detail NVARCHAR(MAX) NULL,
    CONSTRAINT PK_transfer_runs PRIMARY KEY (id),
    CONSTRAINT CHK_transfer_runs_status CHECK (status IN (N'loading', N'finished')),
    CONSTRAINT CHK_transfer_runs_detail CHECK (detail IS NULL OR ISJSON(detail) = 1)
);
GO

-- Keys from from_key on and before to_key; NULL: no bound. loaded_at NULL: still to be loaded.
CREATE TABLE dbo.transfer_ranges (
    run_id UNIQUEIDENTIFIER NOT NULL,
    table_name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    range_number INT NOT NULL,
    from_key UNIQUEIDENTIFIER NULL,
    to_key UNIQUEIDENTIFIER NULL,
    row_count BIGINT NOT NULL CONSTRAINT DF_transfer_ranges_row_count DEFAULT 0,
    watermark NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NULL,
    loaded_at DATETIMEOFFSET NULL,
    CONSTRAINT PK_transfer_ranges PRIMARY KEY (run_id, table_name, range_number),
    CONSTRAINT FK_transfer_ranges_run FOREIGN KEY (run_id) REFERENCES dbo.transfer_runs (id) ON DELETE CASCADE
);
GO

DROP TRIGGER IF EXISTS dbo.trg_profiles_updated_at;
DROP TRIGGER IF EXISTS dbo.trg_workspaces_updated_at;
DROP TRIGGER IF EXISTS dbo.trg_workspace_databases_updated_at;
DROP TRIGGER IF EXISTS dbo.trg_messages_increment_count;
DROP TRIGGER IF EXISTS dbo.trg_messages_decrement_count;
GO

CREATE TRIGGER dbo.trg_profiles_updated_at ON dbo.profiles
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(updated_at) RETURN;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    UPDATE p
    SET updated_at = SYSDATETIMEOFFSET()
    FROM dbo.profiles AS p
    INNER JOIN inserted AS i ON i.id = p.id;
END;
GO

CREATE TRIGGER dbo.trg_workspaces_updated_at ON dbo.workspaces
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(updated_at) RETURN;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    UPDATE w
    SET updated_at = SYSDATETIMEOFFSET()
    FROM dbo.workspaces AS w
    INNER JOIN inserted AS i ON i.id = w.id;
END;
GO

CREATE TRIGGER dbo.trg_workspace_databases_updated_at ON dbo.workspace_databases
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(updated_at) RETURN;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    UPDATE d
    SET updated_at = SYSDATETIMEOFFSET()
    FROM dbo.workspace_databases AS d
    INNER JOIN inserted AS i ON i.id = d.id;
END;
GO

CREATE TRIGGER dbo.trg_messages_increment_count ON dbo.messages
AFTER INSERT
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    UPDATE c
    SET messages_count = ISNULL(c.messages_count, 0) + n.added,
        last_message_at = CASE
            WHEN n.latest IS NULL OR c.last_message_at >= n.latest THEN c.last_message_at
            ELSE n.latest
        END
    FROM dbo.conversations AS c
    INNER JOIN (
        SELECT conversation_id, COUNT(*) AS added, MAX(created_at) AS latest
        FROM inserted
        GROUP BY conversation_id
    ) AS n ON n.conversation_id = c.id;
END;
GO

-- Messages that go with their conversation change nothing: it is gone already.
CREATE TRIGGER dbo.trg_messages_decrement_count ON dbo.messages
AFTER DELETE
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    UPDATE c
    SET messages_count = c.messages_count - n.removed,
        last_message_at = (SELECT MAX(m.created_at) FROM dbo.messages AS m WHERE m.conversation_id = c.id)
    FROM dbo.conversations AS c
    INNER JOIN (
        SELECT conversation_id, COUNT(*) AS removed
        FROM deleted
        GROUP BY conversation_id
    ) AS n ON n.conversation_id = c.id;
END;
GO
