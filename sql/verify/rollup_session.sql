-- Roll-ups of sessions by day, sensor, match type and protocol that do not follow from the sessions.
-- Columns: place, what, stated, found.
WITH
valued AS (
    SELECT
        (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000 AS day,
        sensor_id,
        CASE WHEN matcher <> 1 THEN 3 WHEN delimiters = 3 THEN 1 ELSE 2 END AS match,
        protocol_id
    FROM session
),
-- A full join would do, but takes time that grows with the square.
both AS (
    SELECT day, sensor_id, match, protocol_id, sessions AS stated, 0 AS found FROM rollup_session
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 0, 1 FROM valued
)
SELECT
    'day ' || day || ', sensor #' || sensor_id || ', match ' || match || ', protocol #' || protocol_id AS place,
    'sessions' AS what,
    sum(stated) AS stated,
    sum(found) AS found
FROM both
GROUP BY day, sensor_id, match, protocol_id
HAVING sum(stated) <> sum(found);
