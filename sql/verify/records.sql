-- Sources of which another number of records was read than is in their ledger; those of a lead were taken out again.
-- Columns: place, what, stated, found.
SELECT
    'source #' || s.source_id AS place,
    'records' AS what,
    s.records - s.lead_records AS stated,
    coalesce(l.lines, 0) AS found
FROM source AS s
LEFT JOIN ledger AS l ON l.source_id = s.source_id
WHERE s.records - s.lead_records <> coalesce(l.lines, 0);
