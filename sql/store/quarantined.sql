-- The quarantine of a source, in order of place.
-- Columns: quarantine_id, record, records, byte_offset, byte_length, reason, bytes.
SELECT quarantine_id, record, records, byte_offset, byte_length, reason, bytes
FROM quarantine
WHERE source_id = :source_id
ORDER BY record, quarantine_id
