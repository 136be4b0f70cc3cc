-- What a day's figures have beside the columns: the time zone whose day it is, sums, and how often an
-- answer took how long. NULL: not counted yet, or no longer true (a vote, a deletion); the figures are
-- then counted from the messages again.
ALTER TABLE dbo.analytics_daily ADD
    figures NVARCHAR(MAX) NULL
    CONSTRAINT CHK_analytics_daily_figures CHECK (figures IS NULL OR ISJSON(figures) = 1);
GO

-- Sums up a workspace's conversations (but for channel `test`) and keeps the figures in insights_cache.
-- Scores are summed in billionths: whole numbers have the same sum in every order, on every database.
-- satisfaction_rate is NULL with no vote, avg_rag_score with no score. Two calculations at the same
-- moment both succeed. Error 547 when there is no such workspace.
ALTER PROCEDURE dbo.sp_calculate_workspace_insights
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
        @avg_rag_score = CAST(SUM(CASE WHEN m.role = N'assistant' AND m.rag_score IS NOT NULL
            THEN CAST(FLOOR(m.rag_score * 1000000000.0E0 + 0.5E0) AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS FLOAT)
        / (1000000000.0E0 * CAST(NULLIF(SUM(CASE WHEN m.role = N'assistant' AND m.rag_score IS NOT NULL THEN 1 ELSE 0 END), 0) AS FLOAT)),
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
