-- What clients say of themselves, and how they can be told apart by their key exchange (HASSH).
-- title: Clients
-- shape: figures
-- columns:
--   unique_client_versions count as different client versions
--   unique_hassh count as different HASSH
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    count(DISTINCT t.value) FILTER (WHERE v.kind = 102) AS unique_client_versions,
    count(DISTINCT t.value) FILTER (WHERE v.kind = 103) AS unique_hassh
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (102, 103)
JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id);
