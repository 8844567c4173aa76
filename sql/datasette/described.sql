-- What tables, views and columns mean: a row for each, the table itself first.
-- Columns: table_name, column_name, unit, description.
SELECT table_name, column_name, unit, description FROM column_description ORDER BY table_name, column_name
