-- Where a customer's database has its orders, as its admin has said: the object of
-- PUT /api/workspaces/{id}/database/orders, with the types of two columns. NULL: nothing is said of orders.
ALTER TABLE workspace_databases ADD COLUMN order_tracking TEXT
    CONSTRAINT CHK_workspace_databases_order_tracking CHECK (order_tracking IS NULL OR json_valid(order_tracking));
