-- Removes the ledger of a source, before another takes its place.
DELETE FROM ledger WHERE source_id = :source_id
