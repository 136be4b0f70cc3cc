-- Sites that loaded a workspace's widget: https://boutique.example, and when. Written now and then, not at each load.
CREATE TABLE dbo.widget_sites (
    workspace_id UNIQUEIDENTIFIER NOT NULL,
    origin NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    first_seen_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_widget_sites_first_seen_at DEFAULT SYSDATETIMEOFFSET(),
    last_seen_at DATETIMEOFFSET NOT NULL CONSTRAINT DF_widget_sites_last_seen_at DEFAULT SYSDATETIMEOFFSET(),
    CONSTRAINT PK_widget_sites PRIMARY KEY (workspace_id, origin),
    CONSTRAINT FK_widget_sites_workspace FOREIGN KEY (workspace_id) REFERENCES dbo.workspaces (id) ON DELETE CASCADE
);
GO
