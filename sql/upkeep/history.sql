-- The migrations that made the database, with all that its schema records of them.
-- Columns: version, name, applied_us, and from schema 2 on readable_from.
SELECT * FROM schema_history ORDER BY version
