-- Rows of the quarantine of a source beyond a record, in order of their ids, from one id on. Columns: quarantine_id, record.
SELECT quarantine_id, record
FROM quarantine
WHERE quarantine_id > :after AND source_id = :source_id AND record > :record
ORDER BY quarantine_id
LIMIT :count
