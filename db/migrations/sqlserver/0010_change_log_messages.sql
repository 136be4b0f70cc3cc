-- Which messages a change brought: their ids, separated by commas, for those who are told of it as it
-- happens. NULL: none, or so many that only their conversation is named.
ALTER TABLE dbo.change_log ADD message_ids NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL;
GO
