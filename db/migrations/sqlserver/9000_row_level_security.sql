-- Row-level security: an optional script that the program never runs. Run it by hand after the schema,
-- as the database's owner; again after an upgrade that adds a table with a workspace_id.
--
-- It stands behind the application's own checks. A session that has said who it acts for
--     EXEC sp_set_session_context @key = N'user_id', @value = N'6f9619ff-...', @read_only = 1;
-- sees and writes only what that person owns or shares. One that has not sees nothing, unless it is in
-- the database role monitora_application, which the program's login is put into:
--     ALTER ROLE monitora_application ADD MEMBER monitora_app;
-- So tools that read the tables directly (reports, a data warehouse) see one person's workspaces.
--
-- To take it away: ALTER SECURITY POLICY rls.monitora WITH (STATE = OFF), or DROP SECURITY POLICY.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

DROP SECURITY POLICY IF EXISTS rls.monitora;
DROP FUNCTION IF EXISTS rls.may_see_message;
DROP FUNCTION IF EXISTS rls.may_see_document;
DROP FUNCTION IF EXISTS rls.may_see_webhook;
DROP FUNCTION IF EXISTS rls.may_see_workspace;
DROP FUNCTION IF EXISTS rls.is_owner_or_member;
DROP FUNCTION IF EXISTS rls.is_self;
GO

IF SCHEMA_ID(N'rls') IS NULL EXEC (N'CREATE SCHEMA rls');
IF DATABASE_PRINCIPAL_ID(N'monitora_application') IS NULL CREATE ROLE monitora_application;
GO

-- One's own rows: profiles, memberships, sessions.
CREATE FUNCTION rls.is_self (@user_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    @user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

-- A workspace's row. Memberships have a predicate of their own that shows one's own, which is enough.
CREATE FUNCTION rls.is_owner_or_member (@workspace_id UNIQUEIDENTIFIER, @owner_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    @owner_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
    OR EXISTS (
        SELECT 1 FROM dbo.workspace_members AS m
        WHERE
            m.workspace_id = @workspace_id
            AND m.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
    )
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

-- A row of a workspace.
CREATE FUNCTION rls.may_see_workspace (@workspace_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    EXISTS (
        SELECT 1 FROM dbo.workspaces AS w
        WHERE w.id = @workspace_id AND w.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
    )
    OR EXISTS (
        SELECT 1 FROM dbo.workspace_members AS m
        WHERE
            m.workspace_id = @workspace_id
            AND m.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
    )
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

-- A message of a conversation, the bytes of a document.
CREATE FUNCTION rls.may_see_message (@conversation_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    EXISTS (
        SELECT 1
        FROM dbo.conversations AS c
        INNER JOIN dbo.workspaces AS w ON w.id = c.workspace_id
        LEFT OUTER JOIN dbo.workspace_members AS m
            ON m.workspace_id = w.id AND m.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
        WHERE
            c.id = @conversation_id
            AND (w.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER) OR m.user_id IS NOT NULL)
    )
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

CREATE FUNCTION rls.may_see_document (@document_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    EXISTS (
        SELECT 1
        FROM dbo.documents AS d
        INNER JOIN dbo.workspaces AS w ON w.id = d.workspace_id
        LEFT OUTER JOIN dbo.workspace_members AS m
            ON m.workspace_id = w.id AND m.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
        WHERE
            d.id = @document_id
            AND (w.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER) OR m.user_id IS NOT NULL)
    )
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

CREATE FUNCTION rls.may_see_webhook (@webhook_id UNIQUEIDENTIFIER)
RETURNS TABLE
WITH SCHEMABINDING
AS
RETURN
SELECT 1 AS allowed
WHERE
    EXISTS (
        SELECT 1
        FROM dbo.webhooks AS h
        INNER JOIN dbo.workspaces AS w ON w.id = h.workspace_id
        LEFT OUTER JOIN dbo.workspace_members AS m
            ON m.workspace_id = w.id AND m.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER)
        WHERE
            h.id = @webhook_id
            AND (w.user_id = CAST(SESSION_CONTEXT(N'user_id') AS UNIQUEIDENTIFIER) OR m.user_id IS NOT NULL)
    )
    OR (SESSION_CONTEXT(N'user_id') IS NULL AND IS_ROLEMEMBER(N'monitora_application') = 1);
GO

CREATE SECURITY POLICY rls.monitora
ADD FILTER PREDICATE rls.is_self(id) ON dbo.app_users,
ADD FILTER PREDICATE rls.is_self(id) ON dbo.profiles,
ADD FILTER PREDICATE rls.is_self(user_id) ON dbo.app_sessions,
ADD FILTER PREDICATE rls.is_self(user_id) ON dbo.workspace_members,
ADD FILTER PREDICATE rls.is_owner_or_member(id, user_id) ON dbo.workspaces,
ADD BLOCK PREDICATE rls.is_owner_or_member(id, user_id) ON dbo.workspaces,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.workspace_invitations,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.workspace_invitations,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.api_keys,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.api_keys,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.curated_answers,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.curated_answers,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.prepared_questions,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.prepared_questions,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.question_vectors,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.question_vectors,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.topic_runs,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.topic_runs,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.webhooks,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.webhooks,
ADD FILTER PREDICATE rls.may_see_webhook(webhook_id) ON dbo.webhook_deliveries,
ADD BLOCK PREDICATE rls.may_see_webhook(webhook_id) ON dbo.webhook_deliveries,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.widget_sites,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.widget_sites,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.workspace_databases,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.workspace_databases,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.documents,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.documents,
ADD FILTER PREDICATE rls.may_see_document(document_id) ON dbo.document_contents,
ADD BLOCK PREDICATE rls.may_see_document(document_id) ON dbo.document_contents,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.document_chunks,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.document_chunks,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.conversations,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.conversations,
ADD FILTER PREDICATE rls.may_see_message(conversation_id) ON dbo.messages,
ADD BLOCK PREDICATE rls.may_see_message(conversation_id) ON dbo.messages,
ADD FILTER PREDICATE rls.may_see_message(conversation_id) ON dbo.search_texts,
ADD BLOCK PREDICATE rls.may_see_message(conversation_id) ON dbo.search_texts,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.analytics_daily,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.analytics_daily,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.insights_cache,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.insights_cache,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.message_topics,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.message_topics,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.response_cache,
ADD BLOCK PREDICATE rls.may_see_workspace(workspace_id) ON dbo.response_cache,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.change_log,
ADD FILTER PREDICATE rls.may_see_workspace(workspace_id) ON dbo.audit_log
WITH (STATE = ON);
GO
