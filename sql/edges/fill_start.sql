-- Counts the values of the sessions that began in the pieces: 101 source address, 102 client version, 103 HASSH, 104 commands.
INSERT INTO temp.edge_value (day, sensor_id, kind, a, b, seen)
SELECT day, sensor_id, kind, a, 0, count(*)
FROM (
    SELECT
        p.day,
        s.sensor_id,
        k.column1 AS kind,
        CASE k.column1 WHEN 101 THEN s.src_ip_id WHEN 102 THEN s.client_version_id WHEN 103 THEN s.hassh_id ELSE s.command_count END AS a
    FROM temp.piece AS p
    CROSS JOIN main.session AS s ON s.started_us >= p.since_us AND s.started_us < p.until_us
    CROSS JOIN (VALUES (101), (102), (103), (104)) AS k
)
WHERE a <> 0 OR kind = 104
GROUP BY day, kind, sensor_id, a;
