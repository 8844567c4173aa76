-- The addresses that attacked, with what their sessions did.
-- title: Sessions by source
-- shape: figures
-- columns:
--   sessions count
--   unique_sources count as different sources
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    (
        SELECT coalesce(sum(sessions), 0) FROM rollup_session
        WHERE day >= :first_day
            AND day < :end_day
            AND (:sensor_id IS NULL OR sensor_id = :sensor_id)
    ) AS sessions,
    (
        SELECT count(DISTINCT t.value)
        FROM days AS d
        CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 101
        JOIN text AS t ON t.text_id = v.a
        WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    ) AS unique_sources;
