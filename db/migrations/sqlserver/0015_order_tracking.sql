-- Where a customer's database has its orders, as its admin has said: the object of
-- PUT /api/workspaces/{id}/database/orders, with the types of two columns. NULL: nothing is said of orders.
ALTER TABLE dbo.workspace_databases ADD
    order_tracking NVARCHAR(MAX) NULL
    CONSTRAINT CHK_workspace_databases_order_tracking CHECK (order_tracking IS NULL OR ISJSON(order_tracking) = 1);
GO
