-- The end of a source that was quarantined for having none. Columns: quarantine_id, record, byte_offset, byte_length, bytes.
SELECT quarantine_id, record, byte_offset, byte_length, bytes
FROM quarantine
WHERE source_id = :source_id AND reason = 'unterminated' AND records = 1 AND record = :records
