-- Webhooks: where a workspace's events are told to programs, and what was told.

-- `events`: a JSON array of names. A secret is encrypted; the one before signs along until previous_expires_at.
-- failing_since: of the first failure since the last success. leased_until: one sender at a time.
-- paused_until: nothing is sent before. wakes_at: a job is queued for then.
CREATE TABLE IF NOT EXISTS webhooks (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    url varchar(2000) NOT NULL,
    events jsonb NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    secret_encrypted varchar(500) NOT NULL,
    previous_secret_encrypted varchar(500),
    previous_expires_at timestamptz,
    failing_since timestamptz,
    disabled_at timestamptz,
    leased_until timestamptz,
    paused_until timestamptz,
    wakes_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT FK_webhooks_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_webhooks_workspace ON webhooks (workspace_id, created_at, id);

-- The outbox: written with what it tells. due_at: of the next attempt, while it is pending.
CREATE TABLE IF NOT EXISTS webhook_deliveries (
    id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id uuid NOT NULL,
    event varchar(50) NOT NULL,
    payload text NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    response_status integer,
    last_error varchar(500),
    due_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT CHK_webhook_deliveries_status CHECK (status IN ('pending', 'delivered', 'failed')),
    CONSTRAINT FK_webhook_deliveries_webhook FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX IF NOT EXISTS idx_webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS idx_webhook_deliveries_finished ON webhook_deliveries (finished_at);

-- Not for those to whom Supabase shows every table over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON webhooks, webhook_deliveries FROM %I', stranger);
    END LOOP;
END $$;
