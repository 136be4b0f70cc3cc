-- Searching for words in a large database. search_texts has each conversation's title and messages, folded by the
-- program, on lines of their own, and compared by their bytes: the collation that finds words without case and
-- accents in the messages themselves costs many times more. What was written since the program last looked is noted
-- in search_pending, and searched as it is.

SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- In the order of writing: a list from the latest conversation back reads neighbours, and a text that has grown is
-- written again at the end.
CREATE TABLE dbo.search_texts (
    number BIGINT IDENTITY (1, 1) NOT NULL,
    conversation_id UNIQUEIDENTIFIER NOT NULL,
    folded NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT PK_search_texts PRIMARY KEY (number),
    CONSTRAINT UQ_search_texts UNIQUE (conversation_id),
    CONSTRAINT FK_search_texts FOREIGN KEY (conversation_id) REFERENCES dbo.conversations (id) ON DELETE CASCADE
);
GO

-- A note for each writing: who takes one away knows what it told of.
CREATE TABLE dbo.search_pending (
    number BIGINT IDENTITY (1, 1) NOT NULL,
    conversation_id UNIQUEIDENTIFIER NOT NULL,
    CONSTRAINT PK_search_pending PRIMARY KEY (number)
);
CREATE NONCLUSTERED INDEX idx_search_pending_conversation ON dbo.search_pending (conversation_id);
GO

-- While a run is loading, conversations that the index does not know are left out: the program finds them when it
-- starts.
CREATE TRIGGER dbo.trg_conversations_search ON dbo.conversations
AFTER INSERT
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading') RETURN;
    INSERT INTO dbo.search_pending (conversation_id) SELECT i.id FROM inserted AS i;
END;
GO

CREATE TRIGGER dbo.trg_messages_search ON dbo.messages
AFTER INSERT
AS
BEGIN
    SET NOCOUNT ON;
    IF EXISTS (SELECT 1 FROM dbo.transfer_runs WHERE status = N'loading')
        INSERT INTO dbo.search_pending (conversation_id)
        SELECT DISTINCT i.conversation_id
        FROM inserted AS i
        INNER JOIN dbo.search_texts AS t ON t.conversation_id = i.conversation_id;
    ELSE
        INSERT INTO dbo.search_pending (conversation_id) SELECT DISTINCT i.conversation_id FROM inserted AS i;
END;
GO

CREATE TRIGGER dbo.trg_conversations_search_title ON dbo.conversations
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(title) INSERT INTO dbo.search_pending (conversation_id) SELECT i.id FROM inserted AS i;
END;
GO

CREATE TRIGGER dbo.trg_messages_search_content ON dbo.messages
AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(content) OR UPDATE(conversation_id)
        INSERT INTO dbo.search_pending (conversation_id)
        SELECT i.conversation_id FROM inserted AS i
        UNION
        SELECT d.conversation_id FROM deleted AS d;
END;
GO

CREATE TRIGGER dbo.trg_messages_search_removed ON dbo.messages
AFTER DELETE
AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO dbo.search_pending (conversation_id)
    SELECT DISTINCT d.conversation_id
    FROM deleted AS d
    INNER JOIN dbo.conversations AS c ON c.id = d.conversation_id;
END;
GO
