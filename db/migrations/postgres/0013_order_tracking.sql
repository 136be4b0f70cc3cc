-- Where a customer's database has its orders, as its admin has said: the object of
-- PUT /api/workspaces/{id}/database/orders, with the types of two columns. NULL: nothing is said of orders.
ALTER TABLE workspace_databases ADD COLUMN IF NOT EXISTS order_tracking jsonb;
