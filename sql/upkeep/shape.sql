-- All tables, indexes and views of a database.
-- Columns: type, name, sql; sql is NULL for what SQLite makes by itself.
SELECT type, name, sql FROM sqlite_schema ORDER BY rowid
