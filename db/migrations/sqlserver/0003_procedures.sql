-- Stored procedures: what the program calls, and what a DBA may call by hand.
--
-- Each answers one row (sp_get_user_workspaces: any number) and may be called within a transaction or
-- without. Called without, it has a transaction of its own and undoes it on any error; called within,
-- it leaves the transaction to its caller and throws. @now is the caller's clock, so that servers
-- agree with what they wrote; NULL takes this server's.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- One user with its profile. Without a name it is called by the e-mail's local part. Invitations that
-- wait for the e-mail become memberships; whoever is not an admin is a lecteur everywhere. An e-mail
-- that has an account is success 0, also for two sign-ups at the same moment.
CREATE PROCEDURE dbo.sp_create_user
    @email NVARCHAR(255),
    @password_hash NVARCHAR(500),
    @password_salt NVARCHAR(255),
    @full_name NVARCHAR(255) = NULL,
    @role NVARCHAR(50) = N'admin',
    @now DATETIMEOFFSET = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @own_transaction BIT = CASE WHEN @@TRANCOUNT = 0 THEN 1 ELSE 0 END;
    DECLARE @taken BIT = 0;
    DECLARE @user_id UNIQUEIDENTIFIER = NEWID();
    DECLARE @name NVARCHAR(255) = @full_name;
    IF @name IS NULL OR @name = N'' SET @name = LEFT(@email, CHARINDEX(N'@', @email + N'@') - 1);
    IF @now IS NULL SET @now = SYSDATETIMEOFFSET();

    BEGIN TRY
        IF @own_transaction = 1 BEGIN TRANSACTION;
        -- The hints keep the e-mail's place in the index: a second sign-up waits here for the first.
        IF EXISTS (SELECT 1 FROM dbo.app_users WITH (UPDLOCK, HOLDLOCK) WHERE email = @email)
            SET @taken = 1;
        IF @taken = 0
        BEGIN
            INSERT INTO dbo.app_users (id, email, password_hash, password_salt, full_name, role, created_at)
            VALUES (@user_id, @email, @password_hash, @password_salt, @name, @role, @now);
            INSERT INTO dbo.profiles (id, email, full_name, created_at, updated_at)
            VALUES (@user_id, @email, @name, @now, @now);
            INSERT INTO dbo.workspace_members (workspace_id, user_id, role, invited_at)
            SELECT
                i.workspace_id,
                @user_id,
                CASE WHEN @role = N'admin' THEN i.role ELSE N'lecteur' END,
                i.invited_at
            FROM dbo.workspace_invitations AS i
            WHERE i.email = @email;
            DELETE FROM dbo.workspace_invitations WHERE email = @email;
        END;
        IF @own_transaction = 1 COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF @own_transaction = 0 THROW;
        IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        -- A server that does not heed the hints lets the unique constraint decide.
        IF ERROR_NUMBER() NOT IN (2601, 2627) THROW;
        SET @taken = 1;
    END CATCH;

    IF @taken = 1
        SELECT
            0 AS success,
            CAST(NULL AS UNIQUEIDENTIFIER) AS user_id,
            N'Un compte existe avec cette adresse e-mail.' AS message;
    ELSE
        SELECT
            1 AS success,
            @user_id AS user_id,
            N'Le compte est ouvert.' AS message;
END;
GO

-- The row whose password the program verifies: Argon2id cannot be compared here, so @password_hash is
-- not looked at. Unknown, locked and disabled are answered alike.
CREATE PROCEDURE dbo.sp_authenticate_user
    @email NVARCHAR(255),
    @password_hash NVARCHAR(500) = NULL,
    @ip_address NVARCHAR(50) = NULL,
    @user_agent NVARCHAR(500) = NULL,
    @now DATETIMEOFFSET = NULL
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @user_id UNIQUEIDENTIFIER = NULL;
    IF @now IS NULL SET @now = SYSDATETIMEOFFSET();

    SELECT @user_id = u.id
    FROM dbo.app_users AS u
    WHERE u.email = @email AND u.is_active = 1 AND (u.locked_until IS NULL OR u.locked_until <= @now);

    SELECT
        CASE WHEN u.id IS NULL THEN 0 ELSE 1 END AS success,
        u.id AS user_id,
        u.email,
        u.full_name,
        u.role,
        u.is_active,
        u.email_verified,
        u.created_at,
        u.last_login_at,
        u.password_hash,
        u.password_salt,
        u.failed_login_attempts,
        u.locked_until,
        CASE WHEN u.id IS NULL THEN N'Adresse e-mail ou mot de passe incorrect.' ELSE N'' END AS message
    FROM (SELECT @user_id AS id) AS wanted
    LEFT OUTER JOIN dbo.app_users AS u ON u.id = wanted.id;
END;
GO

-- success 0 when there is no such user. Ends the user's sessions, but for @keep_session_id.
CREATE PROCEDURE dbo.sp_change_password
    @user_id UNIQUEIDENTIFIER,
    @password_hash NVARCHAR(500),
    @password_salt NVARCHAR(255),
    @keep_session_id UNIQUEIDENTIFIER = NULL,
    @now DATETIMEOFFSET = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @own_transaction BIT = CASE WHEN @@TRANCOUNT = 0 THEN 1 ELSE 0 END;
    DECLARE @changed INT = 0;
    IF @now IS NULL SET @now = SYSDATETIMEOFFSET();

    BEGIN TRY
        IF @own_transaction = 1 BEGIN TRANSACTION;
        UPDATE dbo.app_users
        SET password_hash = @password_hash,
            password_salt = @password_salt,
            failed_login_attempts = 0,
            locked_until = NULL
        WHERE id = @user_id;
        SET @changed = @@ROWCOUNT;
        UPDATE dbo.app_sessions
        SET revoked_at = @now
        WHERE user_id = @user_id AND revoked_at IS NULL AND (@keep_session_id IS NULL OR id <> @keep_session_id);
        IF @own_transaction = 1 COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF @own_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @changed AS success;
END;
GO

-- Counts a failure and locks at the fifth for 15 minutes, or resets and sets last_login_at. One
-- statement, so that failures at the same moment all count. A lock that has run out begins a new
-- count; one that still holds is not made longer. success 0 when there is no such user.
CREATE PROCEDURE dbo.sp_record_login
    @user_id UNIQUEIDENTIFIER,
    @succeeded BIT,
    @ip_address NVARCHAR(50) = NULL,
    @user_agent NVARCHAR(500) = NULL,
    @now DATETIMEOFFSET = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @changed INT = 0;
    IF @now IS NULL SET @now = SYSDATETIMEOFFSET();

    IF @succeeded = 1
    BEGIN
        UPDATE dbo.app_users
        SET failed_login_attempts = 0,
            locked_until = NULL,
            last_login_at = @now
        WHERE id = @user_id;
        SET @changed = @@ROWCOUNT;
    END
    ELSE
    BEGIN
        UPDATE dbo.app_users
        SET failed_login_attempts = CASE
                WHEN locked_until <= @now THEN 1
                ELSE ISNULL(failed_login_attempts, 0) + 1
            END,
            locked_until = CASE
                WHEN locked_until <= @now THEN NULL
                WHEN locked_until > @now THEN locked_until
                WHEN ISNULL(failed_login_attempts, 0) + 1 >= 5 THEN DATEADD(MINUTE, 15, @now)
            END
        WHERE id = @user_id;
        SET @changed = @@ROWCOUNT;
    END;

    SELECT @changed AS success;
END;
GO

-- Sums up a workspace's conversations (but for channel `test`) and keeps the figures in insights_cache.
-- satisfaction_rate is NULL with no vote, avg_rag_score with no score. Two calculations at the same
-- moment both succeed. Error 547 when there is no such workspace.
CREATE PROCEDURE dbo.sp_calculate_workspace_insights
    @workspace_id UNIQUEIDENTIFIER,
    @now DATETIMEOFFSET = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @own_transaction BIT = CASE WHEN @@TRANCOUNT = 0 THEN 1 ELSE 0 END;
    DECLARE @attempt INT = 1;
    DECLARE @done BIT = 0;
    DECLARE @satisfaction_rate FLOAT;
    DECLARE @avg_rag_score FLOAT;
    DECLARE @avg_messages_per_conversation FLOAT = 0;
    DECLARE @low_confidence_count INT;
    DECLARE @total_conversations INT;
    DECLARE @total_messages INT;
    DECLARE @total_documents INT;
    IF @now IS NULL SET @now = SYSDATETIMEOFFSET();

    -- Divided by NULLIF(x, 0), nothing divided by nothing is NULL.
    SELECT
        @satisfaction_rate = 100.0 * SUM(CASE WHEN m.role = N'assistant' AND m.feedback = 1 THEN 1 ELSE 0 END)
        / CAST(NULLIF(SUM(CASE WHEN m.role = N'assistant' AND m.feedback IS NOT NULL THEN 1 ELSE 0 END), 0) AS FLOAT),
        @avg_rag_score = SUM(CASE WHEN m.role = N'assistant' THEN ISNULL(m.rag_score, 0) ELSE 0 END)
        / NULLIF(SUM(CASE WHEN m.role = N'assistant' AND m.rag_score IS NOT NULL THEN 1 ELSE 0 END), 0),
        @low_confidence_count = ISNULL(SUM(CASE WHEN m.role = N'assistant' AND m.rag_score < 0.5 AND m.is_resolved = 0 THEN 1 ELSE 0 END), 0),
        @total_messages = COUNT(*)
    FROM dbo.conversations AS c
    INNER JOIN dbo.messages AS m ON m.conversation_id = c.id
    WHERE c.workspace_id = @workspace_id AND c.channel <> N'test';

    SELECT @total_conversations = COUNT(*)
    FROM dbo.conversations AS c
    WHERE c.workspace_id = @workspace_id AND c.channel <> N'test';

    SELECT @total_documents = COUNT(*)
    FROM dbo.documents AS d
    WHERE d.workspace_id = @workspace_id;

    IF @total_conversations > 0
        SET @avg_messages_per_conversation = CAST(@total_messages AS FLOAT) / @total_conversations;

    WHILE @done = 0
    BEGIN
        BEGIN TRY
            IF @own_transaction = 1 BEGIN TRANSACTION;
            UPDATE dbo.insights_cache WITH (UPDLOCK, HOLDLOCK)
            SET satisfaction_rate = @satisfaction_rate,
                avg_rag_score = @avg_rag_score,
                avg_messages_per_conversation = @avg_messages_per_conversation,
                low_confidence_count = @low_confidence_count,
                total_conversations = @total_conversations,
                total_messages = @total_messages,
                calculated_at = @now
            WHERE workspace_id = @workspace_id;
            IF @@ROWCOUNT = 0
                INSERT INTO dbo.insights_cache (
                    workspace_id, satisfaction_rate, avg_rag_score, avg_messages_per_conversation,
                    low_confidence_count, total_conversations, total_messages, calculated_at
                )
                VALUES (
                    @workspace_id, @satisfaction_rate, @avg_rag_score, @avg_messages_per_conversation,
                    @low_confidence_count, @total_conversations, @total_messages, @now
                );
            IF @own_transaction = 1 COMMIT TRANSACTION;
            SET @done = 1;
        END TRY
        BEGIN CATCH
            IF @own_transaction = 0 THROW;
            IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
            -- A server that does not heed the hints: the other's row is there now, and is updated.
            IF ERROR_NUMBER() NOT IN (2601, 2627) OR @attempt >= 3 THROW;
            SET @attempt = @attempt + 1;
        END CATCH;
    END;

    SELECT
        @satisfaction_rate AS satisfaction_rate,
        @avg_rag_score AS avg_rag_score,
        @avg_messages_per_conversation AS avg_messages_per_conversation,
        @low_confidence_count AS low_confidence_count,
        @total_conversations AS total_conversations,
        @total_messages AS total_messages,
        @total_documents AS total_documents,
        @now AS calculated_at;
END;
GO

-- The workspaces that the user owns or shares, by name, with role and counts; nobody else's. A page
-- continues after the name and id of the last row of the one before.
CREATE PROCEDURE dbo.sp_get_user_workspaces
    @user_id UNIQUEIDENTIFIER,
    @page_size INT = 2147483647,
    @after_name NVARCHAR(255) = NULL,
    @after_id UNIQUEIDENTIFIER = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SELECT
        w.id,
        w.user_id,
        w.name,
        w.description,
        w.domain,
        w.allowed_domains,
        w.rag_config,
        w.widget_config,
        w.is_active,
        w.created_at,
        w.updated_at,
        CASE WHEN w.user_id = @user_id THEN N'admin' ELSE m.role END AS role,
        (SELECT COUNT(*) FROM dbo.documents AS d WHERE d.workspace_id = w.id) AS documents_count,
        (
            SELECT COUNT(*) FROM dbo.conversations AS c
            WHERE c.workspace_id = w.id AND c.channel <> N'test'
        ) AS conversations_count,
        (
            SELECT ISNULL(SUM(c.messages_count), 0) FROM dbo.conversations AS c
            WHERE c.workspace_id = w.id AND c.channel <> N'test'
        ) AS messages_count
    FROM (
        -- The page first, so that only its rows are counted.
        SELECT v.id
        FROM dbo.workspaces AS v
        WHERE v.id IN (
                SELECT own.id FROM dbo.workspaces AS own WHERE own.user_id = @user_id
                UNION
                SELECT shared.workspace_id FROM dbo.workspace_members AS shared WHERE shared.user_id = @user_id
            )
            AND (@after_name IS NULL OR v.name > @after_name OR (v.name = @after_name AND v.id > @after_id))
        ORDER BY v.name, v.id OFFSET 0 ROWS FETCH NEXT @page_size ROWS ONLY
    ) AS page
    INNER JOIN dbo.workspaces AS w ON w.id = page.id
    LEFT OUTER JOIN dbo.workspace_members AS m ON m.workspace_id = w.id AND m.user_id = @user_id
    ORDER BY w.name, w.id;
END;
GO
