-- The addresses from which sessions of the period came.
-- columns:
--   src_ip_id count
--   src_ip text
WITH
days AS (
    SELECT DISTINCT day FROM rollup_session
    WHERE day >= :first_day
        AND day < :end_day
),
seen AS (
    SELECT DISTINCT v.a
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 101
    WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
)
SELECT t.text_id AS src_ip_id, t.value AS src_ip
FROM seen AS s
JOIN text AS t ON t.text_id = s.a;
