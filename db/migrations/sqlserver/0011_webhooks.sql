-- Webhooks: where a workspace's events are told to programs, and what was told.

-- events: a JSON array of names. A secret is encrypted; the one before signs along until previous_expires_at.
-- failing_since: of the first failure since the last success. leased_until: one sender at a time.
-- paused_until: nothing is sent before. wakes_at: a job is queued for then.
CREATE TABLE dbo.webhooks (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_webhooks_id DEFAULT NEWID(),
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    url NVARCHAR(2000) NOT NULL,
    events NVARCHAR(MAX) NOT NULL,
    is_enabled BIT NOT NULL CONSTRAINT DF_webhooks_is_enabled DEFAULT 1,
    secret_encrypted NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    previous_secret_encrypted NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NULL,
    previous_expires_at DATETIMEOFFSET NULL,
    failing_since DATETIMEOFFSET NULL,
    disabled_at DATETIMEOFFSET NULL,
    leased_until DATETIMEOFFSET NULL,
    paused_until DATETIMEOFFSET NULL,
    wakes_at DATETIMEOFFSET NULL,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_webhooks_created_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_webhooks PRIMARY KEY (id),
    CONSTRAINT CHK_webhooks_events CHECK (ISJSON(events) = 1),
    CONSTRAINT FK_webhooks_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_webhooks_workspace ON dbo.webhooks (workspace_id, created_at, id);
GO

-- The outbox: written with what it tells. due_at: of the next attempt, while it is pending.
CREATE TABLE dbo.webhook_deliveries (
    id UNIQUEIDENTIFIER NOT NULL CONSTRAINT DF_webhook_deliveries_id DEFAULT NEWID(),
    webhook_id UNIQUEIDENTIFIER NOT NULL,
    event NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    payload NVARCHAR(MAX) NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL
    CONSTRAINT DF_webhook_deliveries_status DEFAULT N'pending',
    attempts INT NOT NULL CONSTRAINT DF_webhook_deliveries_attempts DEFAULT 0,
    response_status INT NULL,
    last_error NVARCHAR(500) NULL,
    due_at DATETIMEOFFSET NULL,
    created_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_webhook_deliveries_created_at DEFAULT SYSDATETIMEOFFSET(),
    finished_at DATETIMEOFFSET NULL,
    CONSTRAINT PK_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT CHK_webhook_deliveries_status CHECK (status IN (N'pending', N'delivered', N'failed')),
    CONSTRAINT CHK_webhook_deliveries_payload CHECK (ISJSON(payload) = 1),
    CONSTRAINT FK_webhook_deliveries_webhook FOREIGN KEY (webhook_id) REFERENCES dbo.webhooks (id) ON DELETE CASCADE
);
CREATE NONCLUSTERED INDEX idx_webhook_deliveries_webhook ON dbo.webhook_deliveries (webhook_id, created_at, id);
CREATE NONCLUSTERED INDEX idx_webhook_deliveries_due ON dbo.webhook_deliveries (webhook_id, status, due_at);
CREATE NONCLUSTERED INDEX idx_webhook_deliveries_finished ON dbo.webhook_deliveries (finished_at);
GO
