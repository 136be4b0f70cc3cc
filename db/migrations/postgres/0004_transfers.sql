-- What `monitora migrate` has brought here: one row a source, and one for each part of a table, written
-- in the transaction that stores the part's rows.
--
-- While a run is loading, updated_at, messages_count and last_message_at stay as the source has them:
-- the triggers that keep them do nothing.
CREATE TABLE IF NOT EXISTS transfer_runs (
    id uuid NOT NULL PRIMARY KEY,
    source text NOT NULL,
    status varchar(20) NOT NULL,
    watermark varchar(50) NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    detail jsonb,
    CONSTRAINT CHK_transfer_runs_status CHECK (status IN ('loading', 'finished'))
);

-- Keys from from_key on and before to_key; NULL: no bound. loaded_at NULL: still to be loaded.
CREATE TABLE IF NOT EXISTS transfer_ranges (
    run_id uuid NOT NULL,
    table_name varchar(100) NOT NULL,
    range_number integer NOT NULL,
    from_key uuid,
    to_key uuid,
    row_count bigint NOT NULL DEFAULT 0,
    watermark varchar(50),
    loaded_at timestamptz,
    CONSTRAINT PK_transfer_ranges PRIMARY KEY (run_id, table_name, range_number),
    CONSTRAINT FK_transfer_ranges_run FOREIGN KEY (run_id) REFERENCES transfer_runs (id) ON DELETE CASCADE
);

-- Whether triggers stand back. With its owner's rights: other roles that write the application's tables
-- (Supabase's) need none on transfer_runs.
CREATE OR REPLACE FUNCTION monitora_is_loading() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT EXISTS (SELECT FROM transfer_runs WHERE status = 'loading')
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION monitora_is_loading() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE FUNCTION monitora_set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at AND NOT monitora_is_loading() THEN
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION monitora_count_new_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF monitora_is_loading() THEN
        RETURN NULL;
    END IF;
    UPDATE conversations c
    SET messages_count = coalesce(c.messages_count, 0) + a.messages, last_message_at = greatest(c.last_message_at, a.latest)
    FROM (SELECT conversation_id, count(*) AS messages, max(created_at) AS latest FROM added GROUP BY conversation_id) a
    WHERE c.id = a.conversation_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION monitora_count_gone_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF monitora_is_loading() THEN
        RETURN NULL;
    END IF;
    UPDATE conversations c
    SET messages_count = c.messages_count - r.messages,
        last_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = c.id)
    FROM (SELECT conversation_id, count(*) AS messages FROM removed GROUP BY conversation_id) r
    WHERE c.id = r.conversation_id;
    RETURN NULL;
END $$;

-- Nothing of this is for the roles that Supabase shows tables to over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON transfer_runs, transfer_ranges FROM %I', stranger);
    END LOOP;
END $$;
