-- Uses that each node has counted in a minute, for limits that hold over all nodes of a database.
-- limit_key is a keyed hash: no address is written down.
CREATE TABLE rate_limits (
    limit_key TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    node TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (limit_key, window_start, node)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_rate_limits_window ON rate_limits (window_start);
