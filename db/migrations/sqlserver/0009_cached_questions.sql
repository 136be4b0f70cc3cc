-- Questions kept since a moment: each node's index of cached questions reads what the others have added.
CREATE NONCLUSTERED INDEX idx_response_cache_recent ON dbo.response_cache (workspace_id, created_at);
GO
