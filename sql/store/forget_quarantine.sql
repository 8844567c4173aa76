-- Removes all rows of a source but the first of each reason.
DELETE FROM quarantine
WHERE source_id = :source_id
    AND quarantine_id NOT IN (SELECT min(quarantine_id) FROM quarantine WHERE source_id = :source_id GROUP BY reason)
