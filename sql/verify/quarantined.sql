-- Sources whose quarantine holds another number of records than their ledger says.
-- Columns: place, what, stated, found.
WITH kept AS (
    SELECT source_id, sum(records) AS records FROM quarantine GROUP BY source_id
)
SELECT
    'source #' || l.source_id AS place,
    'quarantined' AS what,
    l.quarantined AS stated,
    coalesce(k.records, 0) AS found
FROM ledger AS l
LEFT JOIN kept AS k ON k.source_id = l.source_id
WHERE l.quarantined <> coalesce(k.records, 0);
