-- Shares of a source in sessions that reach beyond a record, in order of their keys, from one key on.
-- Columns: session_key, first_record, last_record.
SELECT session_key, first_record, last_record
FROM session_origin
WHERE session_key > :after AND source_id = :source_id AND last_record > :record
ORDER BY session_key
LIMIT :count
