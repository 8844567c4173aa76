-- Removes the ledger of a source that is read anew.
DELETE FROM ledger WHERE source_id = :source_id
