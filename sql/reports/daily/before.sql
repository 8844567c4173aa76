-- What trends compare with.
-- shape: figures
-- columns:
--   sessions count
--   unique_ips count
--   transfers count
WITH
days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
seen AS (
    SELECT v.kind, v.a, v.seen
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8, 101)
    WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
)
SELECT
    (
        SELECT coalesce(sum(r.sessions), 0)
        FROM rollup_session AS r
        WHERE r.day >= :first_day AND r.day < :end_day AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
    ) AS sessions,
    (SELECT count(DISTINCT t.value) FROM seen AS s JOIN text AS t ON t.text_id = s.a WHERE s.kind = 101) AS unique_ips,
    (SELECT coalesce(sum(seen), 0) FROM seen WHERE kind <> 101) AS transfers;
