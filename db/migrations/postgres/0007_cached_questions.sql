-- Questions kept since a moment: each node's index of cached questions reads what the others have added.
CREATE INDEX IF NOT EXISTS idx_response_cache_recent ON response_cache (workspace_id, created_at);
