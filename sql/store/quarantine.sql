-- Keeps what could not be an event.
INSERT INTO quarantine (source_id, record, records, byte_offset, byte_length, reason, bytes)
VALUES (:source_id, :record, :records, :byte_offset, :byte_length, :reason, :bytes)
