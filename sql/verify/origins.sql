-- Sources that gave another number of events to sessions than their ledger says, and such records as they do not have.
-- Columns: place, what, stated, found.
WITH given AS (
    SELECT source_id, sum(events) AS events, min(first_record) AS first_record, max(last_record) AS last_record
    FROM session_origin
    GROUP BY source_id
)
SELECT 'source #' || l.source_id AS place, 'events' AS what, l.events AS stated, coalesce(g.events, 0) AS found
FROM ledger AS l
LEFT JOIN given AS g ON g.source_id = l.source_id
WHERE l.events <> coalesce(g.events, 0)
UNION ALL
SELECT 'source #' || s.source_id, 'last record', s.records, g.last_record
FROM source AS s
JOIN given AS g ON g.source_id = s.source_id
WHERE g.last_record > s.records OR g.first_record < 1;
