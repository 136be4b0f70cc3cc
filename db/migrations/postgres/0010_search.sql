-- Searching for words in a large database. search_texts has each conversation's title and messages, folded, on
-- lines of their own; what was written since the program last looked is noted in search_pending, and searched
-- as it is.
CREATE TABLE IF NOT EXISTS search_texts (
    conversation_id uuid NOT NULL PRIMARY KEY,
    folded text NOT NULL,
    CONSTRAINT FK_search_texts FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);
-- A note for each writing: who takes one away knows what it told of.
CREATE TABLE IF NOT EXISTS search_pending (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_search_pending_conversation ON search_pending (conversation_id);

-- While a run is loading, conversations that the index does not know are left out: the program finds them
-- when it starts. With the owner's rights: other roles that write the application's tables need none here.
CREATE OR REPLACE FUNCTION monitora_note_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    loading boolean := monitora_is_loading();
BEGIN
    IF TG_TABLE_NAME = 'conversations' THEN
        INSERT INTO search_pending (conversation_id) SELECT a.id FROM added a WHERE NOT loading;
    ELSE
        INSERT INTO search_pending (conversation_id)
        SELECT DISTINCT a.conversation_id FROM added a
        WHERE NOT loading OR EXISTS (SELECT FROM search_texts t WHERE t.conversation_id = a.conversation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION monitora_note_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO search_pending (conversation_id)
    VALUES (CASE TG_TABLE_NAME WHEN 'messages' THEN (to_jsonb(NEW) ->> 'conversation_id')::uuid ELSE NEW.id END);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION monitora_note_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO search_pending (conversation_id)
    SELECT DISTINCT r.conversation_id FROM removed r WHERE EXISTS (SELECT FROM conversations c WHERE c.id = r.conversation_id);
    RETURN NULL;
END $$;
DO $$
DECLARE
    made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['monitora_note_added', 'monitora_note_changed', 'monitora_note_removed'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', made, current_schema());
    END LOOP;
END $$;

CREATE OR REPLACE TRIGGER trg_conversations_search AFTER INSERT ON conversations
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION monitora_note_added();
CREATE OR REPLACE TRIGGER trg_messages_search AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION monitora_note_added();
CREATE OR REPLACE TRIGGER trg_messages_search_removed AFTER DELETE ON messages
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION monitora_note_removed();
CREATE OR REPLACE TRIGGER trg_conversations_search_title AFTER UPDATE OF title ON conversations
    FOR EACH ROW WHEN (NEW.title IS DISTINCT FROM OLD.title) EXECUTE FUNCTION monitora_note_changed();
CREATE OR REPLACE TRIGGER trg_messages_search_content AFTER UPDATE OF content ON messages
    FOR EACH ROW WHEN (NEW.content IS DISTINCT FROM OLD.content) EXECUTE FUNCTION monitora_note_changed();

-- pg_trgm is a part of PostgreSQL that is not always there, or not for this role: without it a search reads
-- every conversation's text.
DO $migration$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
            RETURN;
        END IF;
        BEGIN
            CREATE EXTENSION pg_trgm;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE NOTICE 'pg_trgm is there, but this role may not create extensions: searches read every text';
            RETURN;
        END;
    END IF;
    CREATE INDEX IF NOT EXISTS idx_search_texts ON search_texts USING gin (folded gin_trgm_ops);
END $migration$;

-- Nothing of this is for the roles that Supabase shows tables to over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON search_texts, search_pending FROM %I', stranger);
    END LOOP;
END $$;
