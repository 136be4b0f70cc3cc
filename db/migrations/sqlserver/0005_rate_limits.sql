-- Uses that each node has counted in a minute, for limits that hold over all nodes of a database.
-- limit_key is a keyed hash: no address is written down.

CREATE TABLE dbo.rate_limits (
    limit_key NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    window_start BIGINT NOT NULL,
    node NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    used BIGINT NOT NULL,
    CONSTRAINT PK_rate_limits PRIMARY KEY (limit_key, window_start, node)
);
CREATE NONCLUSTERED INDEX idx_rate_limits_window ON dbo.rate_limits (window_start);
GO
