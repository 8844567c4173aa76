-- Removes what of a source is in quarantine, before what is so now takes its place.
DELETE FROM quarantine WHERE source_id = :source_id
