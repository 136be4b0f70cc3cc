-- Webhooks: where a workspace's events are told to programs, and what was told.

-- `events`: a JSON array of names. A secret is encrypted; the one before signs along until previous_expires_at.
-- failing_since: of the first failure since the last success. leased_until: one sender at a time.
-- paused_until: nothing is sent before. wakes_at: a job is queued for then.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    url TEXT NOT NULL CHECK (length(url) <= 2000),
    events TEXT NOT NULL,
    is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    secret_encrypted TEXT NOT NULL,
    previous_secret_encrypted TEXT,
    previous_expires_at TEXT,
    failing_since TEXT,
    disabled_at TEXT,
    leased_until TEXT,
    paused_until TEXT,
    wakes_at TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT CHK_webhooks_events CHECK (json_valid(events)),
    CONSTRAINT FK_webhooks_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_webhooks_workspace ON webhooks (workspace_id, created_at, id);

-- The outbox: written with what it tells. due_at: of the next attempt, while it is pending.
CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    webhook_id TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    response_status INTEGER,
    last_error TEXT,
    due_at TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    finished_at TEXT,
    CONSTRAINT CHK_webhook_deliveries_status CHECK (status IN ('pending', 'delivered', 'failed')),
    CONSTRAINT CHK_webhook_deliveries_payload CHECK (json_valid(payload)),
    CONSTRAINT FK_webhook_deliveries_webhook FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX idx_webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'pending';
CREATE INDEX idx_webhook_deliveries_finished ON webhook_deliveries (finished_at);
