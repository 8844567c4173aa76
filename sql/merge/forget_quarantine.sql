-- Removes what of a source is in quarantine, before its newer state is put in its place.
DELETE FROM quarantine WHERE source_id = :source_id
