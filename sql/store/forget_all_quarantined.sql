-- Removes the quarantine of a source that is read anew.
DELETE FROM quarantine WHERE source_id = :source_id
