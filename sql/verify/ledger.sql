-- Sources whose records did not all go to one place each.
-- Columns: place, what, stated, found.
SELECT
    'source #' || source_id AS place,
    'lines' AS what,
    lines AS stated,
    events + duplicates + sessionless + quarantined + blank AS found
FROM ledger
WHERE lines <> events + duplicates + sessionless + quarantined + blank;
