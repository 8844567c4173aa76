-- Removes all rows of a source but the first.
DELETE FROM quarantine
WHERE source_id = :source_id
    AND quarantine_id > (SELECT min(quarantine_id) FROM quarantine WHERE source_id = :source_id)
