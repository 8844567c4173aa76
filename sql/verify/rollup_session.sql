-- Roll-ups of sessions by day, sensor, match type and protocol that do not follow from the sessions.
-- Columns: place, what, stated, found.
WITH
valued AS (
    SELECT
        (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000 AS day,
        sensor_id,
        CASE WHEN matcher <> 1 THEN 3 WHEN delimiters = 3 THEN 1 ELSE 2 END AS match,
        protocol_id,
        min(coalesce(closed_ms, (span_us + 500) / 1000), 68719476736) AS duration_ms,
        event_count
    FROM session
),
-- A full join would do, but takes time that grows with the square.
both AS (
    SELECT day, sensor_id, match, protocol_id, 'sessions' AS what, sessions AS stated, 0 AS found FROM rollup_session
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 'duration_ms', duration_ms, 0 FROM rollup_session
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 'events', events, 0 FROM rollup_session
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 'sessions', 0, 1 FROM valued
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 'duration_ms', 0, duration_ms FROM valued
    UNION ALL
    SELECT day, sensor_id, match, protocol_id, 'events', 0, event_count FROM valued
)
SELECT
    'day ' || day || ', sensor #' || sensor_id || ', match ' || match || ', protocol #' || protocol_id AS place,
    what,
    sum(stated) AS stated,
    sum(found) AS found
FROM both
GROUP BY day, sensor_id, match, protocol_id, what
HAVING sum(stated) <> sum(found);
