-- Sites that loaded a workspace's widget: "https://boutique.example", and when. Written now and then, not at each load.
CREATE TABLE widget_sites (
    workspace_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    first_seen_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_seen_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT PK_widget_sites PRIMARY KEY (workspace_id, origin),
    CONSTRAINT FK_widget_sites_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
