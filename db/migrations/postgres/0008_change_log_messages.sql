-- Which messages a change brought: their ids, separated by commas, for those who are told of it as it
-- happens. NULL: none, or so many that only their conversation is named.
ALTER TABLE change_log ADD COLUMN IF NOT EXISTS message_ids varchar(400);
