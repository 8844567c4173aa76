-- The migrations that made the database. Columns: version, name.
SELECT version, name FROM schema_history ORDER BY version
