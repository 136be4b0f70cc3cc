-- What `monitora migrate` has brought here: one row a source, and one for each part of a table, written
-- in the transaction that stores the part's rows.
--
-- While a run is loading, updated_at, messages_count and last_message_at stay as the source has them:
-- the triggers that keep them do nothing.
CREATE TABLE transfer_runs (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    watermark TEXT NOT NULL,
    started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    finished_at TEXT,
    detail TEXT,
    CONSTRAINT CHK_transfer_runs_status CHECK (status IN ('loading', 'finished')),
    CONSTRAINT CHK_transfer_runs_detail CHECK (detail IS NULL OR json_valid(detail))
) STRICT;

-- Keys from from_key on and before to_key; NULL: no bound. loaded_at NULL: still to be loaded.
CREATE TABLE transfer_ranges (
    run_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    range_number INTEGER NOT NULL,
    from_key TEXT,
    to_key TEXT,
    row_count INTEGER NOT NULL DEFAULT 0,
    watermark TEXT,
    loaded_at TEXT,
    CONSTRAINT PK_transfer_ranges PRIMARY KEY (run_id, table_name, range_number),
    CONSTRAINT FK_transfer_ranges_run FOREIGN KEY (run_id) REFERENCES transfer_runs (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

DROP TRIGGER trg_profiles_updated_at;
DROP TRIGGER trg_workspaces_updated_at;
DROP TRIGGER trg_workspace_databases_updated_at;
DROP TRIGGER trg_messages_increment_count;
DROP TRIGGER trg_messages_decrement_count;

CREATE TRIGGER trg_profiles_updated_at
AFTER UPDATE OF id, email, full_name, avatar_url, created_at ON profiles
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
    AND NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    UPDATE profiles SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_workspaces_updated_at
AFTER UPDATE OF id, user_id, name, description, domain, api_key, allowed_domains, rag_config, widget_config,
    identity_secret_encrypted, identity_secret_previous_encrypted, identity_secret_previous_expires_at,
    is_active, created_at ON workspaces
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
    AND NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    UPDATE workspaces SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_workspace_databases_updated_at
AFTER UPDATE OF id, workspace_id, db_type, db_host, db_name, db_user, db_password_encrypted, db_port, schema_type,
    allowed_tables, is_enabled, last_test_status, last_test_at, created_at ON workspace_databases
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
    AND NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    UPDATE workspace_databases SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
END;

CREATE TRIGGER trg_messages_increment_count
AFTER INSERT ON messages
FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    UPDATE conversations
    SET messages_count = coalesce(messages_count, 0) + 1,
        last_message_at = max(coalesce(last_message_at, NEW.created_at), coalesce(NEW.created_at, last_message_at))
    WHERE id = NEW.conversation_id;
END;

CREATE TRIGGER trg_messages_decrement_count
AFTER DELETE ON messages
FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM transfer_runs WHERE status = 'loading')
BEGIN
    UPDATE conversations
    SET messages_count = messages_count - 1,
        last_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = OLD.conversation_id)
    WHERE id = OLD.conversation_id;
END;
