-- Roll-ups of addresses, client versions, HASSH and numbers of commands that do not follow from the sessions.
-- Columns: place, what, stated, found.
WITH
valued AS (
    SELECT
        (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000 AS day,
        sensor_id,
        src_ip_id,
        client_version_id,
        hassh_id,
        command_count
    FROM session
),
both AS (
    SELECT day, kind, sensor_id, a, b, seen AS stated, 0 AS found FROM rollup_value WHERE kind > 100
    UNION ALL
    SELECT day, 101, sensor_id, src_ip_id, 0, 0, 1 FROM valued WHERE src_ip_id <> 0
    UNION ALL
    SELECT day, 102, sensor_id, client_version_id, 0, 0, 1 FROM valued WHERE client_version_id <> 0
    UNION ALL
    SELECT day, 103, sensor_id, hassh_id, 0, 0, 1 FROM valued WHERE hassh_id <> 0
    UNION ALL
    SELECT day, 104, sensor_id, command_count, 0, 0, 1 FROM valued
)
SELECT
    'day ' || day || ', sensor #' || sensor_id || ', kind ' || kind || ', '
    || CASE kind WHEN 104 THEN 'commands ' ELSE 'text #' END || a AS place,
    'seen' AS what,
    sum(stated) AS stated,
    sum(found) AS found
FROM both
GROUP BY day, kind, sensor_id, a, b
HAVING sum(stated) <> sum(found);
