-- What is in quarantine of the first records of a source. Columns: quarantine_id, record, records, byte_offset, byte_length, reason.
SELECT quarantine_id, record, records, byte_offset, byte_length, reason
FROM quarantine
WHERE source_id = :source_id AND record <= :records
ORDER BY record
