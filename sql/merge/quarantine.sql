-- What of a source is in quarantine, in the order of sql/store/quarantine.sql but for the source.
SELECT record, records, byte_offset, byte_length, reason, bytes FROM quarantine WHERE source_id = :source_id ORDER BY record
