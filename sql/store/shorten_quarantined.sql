-- Takes the first records out of a row of the quarantine.
UPDATE quarantine SET
    record = :record,
    records = :records,
    byte_offset = :byte_offset,
    byte_length = :byte_length,
    bytes = :bytes
WHERE quarantine_id = :quarantine_id
