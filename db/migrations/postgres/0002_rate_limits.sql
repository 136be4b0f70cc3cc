-- Uses that each node has counted in a minute, for limits that hold over all nodes of a database.
-- limit_key is a keyed hash: no address is written down. Lost in a crash of the server, as minutes
-- are.
CREATE UNLOGGED TABLE IF NOT EXISTS rate_limits (
    limit_key text NOT NULL,
    window_start bigint NOT NULL,
    node text NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (limit_key, window_start, node)
);
CREATE INDEX IF NOT EXISTS idx_rate_limits_window ON rate_limits (window_start);
