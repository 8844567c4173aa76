-- The ledger of a source: lines, events, duplicates, sessionless, quarantined, blank.
SELECT lines, events, duplicates, sessionless, quarantined, blank FROM ledger WHERE source_id = :source_id
