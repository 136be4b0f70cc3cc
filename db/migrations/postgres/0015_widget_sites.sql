-- Sites that loaded a workspace's widget: "https://boutique.example", and when. Written now and then, not at each load.
CREATE TABLE IF NOT EXISTS widget_sites (
    workspace_id uuid NOT NULL,
    origin text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT PK_widget_sites PRIMARY KEY (workspace_id, origin),
    CONSTRAINT FK_widget_sites_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

-- Not for those to whom Supabase shows every table over HTTP.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON widget_sites FROM %I', stranger);
    END LOOP;
END $$;
