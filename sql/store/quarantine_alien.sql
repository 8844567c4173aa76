-- A source that is no log keeps one row a reason: the first, with the number and the extent of all.
UPDATE quarantine SET
    records = (
        SELECT sum(o.records) FROM quarantine AS o WHERE o.source_id = :source_id AND o.reason = quarantine.reason
    ),
    byte_length = (
        SELECT max(o.byte_offset + o.byte_length) FROM quarantine AS o
        WHERE o.source_id = :source_id AND o.reason = quarantine.reason
    ) - byte_offset
WHERE quarantine_id IN (SELECT min(quarantine_id) FROM quarantine WHERE source_id = :source_id GROUP BY reason)
