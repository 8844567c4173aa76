-- A source that is no log keeps one row: the first, with the number and the extent of all.
UPDATE quarantine SET
    records = (SELECT sum(records) FROM quarantine WHERE source_id = :source_id),
    byte_length = (SELECT max(byte_offset + byte_length) FROM quarantine WHERE source_id = :source_id) - byte_offset
WHERE quarantine_id = (SELECT min(quarantine_id) FROM quarantine WHERE source_id = :source_id)
