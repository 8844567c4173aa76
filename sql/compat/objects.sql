-- What there is under the names of the older tools' tables.
-- Columns: name, sql.
SELECT name, sql FROM sqlite_schema
WHERE name COLLATE NOCASE IN ('sessions', 'commands', 'files', 'session_summaries', 'dead_letter_events')
ORDER BY name
