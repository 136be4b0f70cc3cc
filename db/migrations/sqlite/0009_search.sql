-- Searching for words in a large database. search_pieces has a row for each conversation, under its number:
-- every three characters in a row of its title and messages, folded. It says which conversations can
-- contain the words; what was said itself decides. What was written since the index last looked waits in
-- search_pending, and is searched without it.
CREATE TABLE search_conversations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT NOT NULL,
    CONSTRAINT UQ_search_conversations UNIQUE (conversation_id),
    CONSTRAINT FK_search_conversations FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
) STRICT;
CREATE TABLE search_pending (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    CONSTRAINT FK_search_pending FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE search_pieces USING fts5 (folded, content = '', columnsize = 0, detail = none, tokenize = 'trigram');

-- While a run is loading, conversations that the index does not know are left out: the program finds them
-- when it starts.
CREATE TRIGGER trg_conversations_search
AFTER INSERT ON conversations
FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    INSERT OR IGNORE INTO search_pending (conversation_id) VALUES (NEW.id);
END;
CREATE TRIGGER trg_conversations_search_title
AFTER UPDATE OF title ON conversations
FOR EACH ROW WHEN NEW.title IS NOT OLD.title
BEGIN
    INSERT OR IGNORE INTO search_pending (conversation_id) VALUES (NEW.id);
END;
CREATE TRIGGER trg_messages_search
AFTER INSERT ON messages
FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
    OR EXISTS (SELECT 1 FROM search_conversations WHERE conversation_id = NEW.conversation_id)
BEGIN
    INSERT OR IGNORE INTO search_pending (conversation_id) VALUES (NEW.conversation_id);
END;
CREATE TRIGGER trg_messages_search_content
AFTER UPDATE OF content, conversation_id ON messages
FOR EACH ROW WHEN NEW.content IS NOT OLD.content OR NEW.conversation_id IS NOT OLD.conversation_id
BEGIN
    INSERT OR IGNORE INTO search_pending (conversation_id) VALUES (NEW.conversation_id);
END;

INSERT INTO search_pending (conversation_id) SELECT id FROM conversations;

-- Who was there in a period is counted without reading the conversations themselves.
DROP INDEX idx_conversations_workspace;
CREATE INDEX idx_conversations_workspace ON conversations (workspace_id, last_message_at, channel, visitor_id);
