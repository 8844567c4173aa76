-- Removes the ledger of a source, before its newer state is put in its place.
DELETE FROM ledger WHERE source_id = :source_id
