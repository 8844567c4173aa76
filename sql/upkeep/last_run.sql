-- The run that committed last, and how far it came.
-- Columns: run_id, started_us, committed_us, commits, source, source_offset, session_key.
SELECT c.run_id, c.started_us, c.committed_us, c.commits, s.path AS source, c.source_offset, c.session_key
FROM checkpoint AS c
LEFT JOIN source AS s ON s.source_id = c.source_id
ORDER BY c.run_id DESC
LIMIT 1
