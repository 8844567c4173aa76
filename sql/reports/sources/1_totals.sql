-- The addresses that attacked, with what their sessions did.
-- title: Sessions by source
-- shape: figures
-- columns:
--   sessions count
--   unique_sources count as different sources
SELECT
    (
        SELECT coalesce(sum(sessions), 0) FROM rollup_session
        WHERE day >= :first_day
            AND day < :end_day
            AND (:sensor_id IS NULL OR sensor_id = :sensor_id)
    ) AS sessions,
    -- The most frequent one is enough: it is told with how many there are.
    (
        SELECT coalesce(sum(stated), 0)
        FROM (SELECT DISTINCT turn, stated FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, 1))
    ) AS unique_sources;
