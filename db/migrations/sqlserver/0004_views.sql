-- Views for reports. Conversations of channel `test` (the console's own tries) are in no figure.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- Who may see which workspace, and as what.
CREATE VIEW dbo.vw_user_workspaces
AS
SELECT
    w.user_id,
    w.id AS workspace_id,
    w.name,
    w.description,
    w.domain,
    w.is_active,
    N'admin' AS role,
    CAST(1 AS BIT) AS is_owner,
    w.created_at,
    w.updated_at
FROM dbo.workspaces AS w
UNION ALL
SELECT
    m.user_id,
    w.id AS workspace_id,
    w.name,
    w.description,
    w.domain,
    w.is_active,
    m.role,
    CAST(0 AS BIT) AS is_owner,
    w.created_at,
    w.updated_at
FROM dbo.workspace_members AS m
INNER JOIN dbo.workspaces AS w ON w.id = m.workspace_id
WHERE m.user_id <> w.user_id;
GO

CREATE VIEW dbo.vw_workspace_stats
AS
SELECT
    w.id AS workspace_id,
    w.name,
    (SELECT COUNT(*) FROM dbo.documents AS d WHERE d.workspace_id = w.id) AS documents_count,
    (SELECT COUNT(*) FROM dbo.document_chunks AS k WHERE k.workspace_id = w.id) AS chunks_count,
    (
        SELECT COUNT(*) FROM dbo.conversations AS c
        WHERE c.workspace_id = w.id AND c.channel <> N'test'
    ) AS conversations_count,
    (
        SELECT ISNULL(SUM(c.messages_count), 0) FROM dbo.conversations AS c
        WHERE c.workspace_id = w.id AND c.channel <> N'test'
    ) AS messages_count,
    (
        SELECT COUNT(DISTINCT c.visitor_id) FROM dbo.conversations AS c
        WHERE c.workspace_id = w.id AND c.channel <> N'test'
    ) AS unique_visitors,
    (
        SELECT MAX(c.last_message_at) FROM dbo.conversations AS c
        WHERE c.workspace_id = w.id AND c.channel <> N'test'
    ) AS last_message_at
FROM dbo.workspaces AS w;
GO

-- Answers that the passages hardly support and that nobody has dealt with, with their question.
CREATE VIEW dbo.vw_low_confidence_messages
AS
SELECT
    c.workspace_id,
    m.conversation_id,
    m.id AS message_id,
    (
        SELECT TOP (1) q.content FROM dbo.messages AS q
        WHERE q.conversation_id = m.conversation_id AND q.role = N'user' AND q.created_at <= m.created_at
        ORDER BY q.created_at DESC, q.id DESC
    ) AS question,
    m.content AS answer,
    m.rag_score,
    m.feedback,
    m.created_at
FROM dbo.messages AS m
INNER JOIN dbo.conversations AS c ON c.id = m.conversation_id
WHERE m.role = N'assistant' AND m.rag_score < 0.5 AND m.is_resolved = 0 AND c.channel <> N'test';
GO
