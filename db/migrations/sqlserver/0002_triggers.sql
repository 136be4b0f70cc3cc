-- Triggers: each works on every row of its statement at once.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- An update that does not set updated_at gets the time of now. The trigger's own update does set it,
-- so it ends there, whatever RECURSIVE_TRIGGERS says.
CREATE TRIGGER dbo.trg_profiles_updated_at ON dbo.profiles
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(updated_at) RETURN;
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

CREATE TRIGGER dbo.trg_audit_log_no_update ON dbo.audit_log
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM deleted) THROW 50001, N'audit_log is append-only', 1;
END;
GO

CREATE TRIGGER dbo.trg_audit_log_no_delete ON dbo.audit_log
AFTER DELETE
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM deleted) THROW 50001, N'audit_log is append-only', 1;
END;
GO
