-- How many sessions of each protocol; NULL where no event states one.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
-- Columns: protocol, sessions.
SELECT t.value AS protocol, sum(r.sessions) AS sessions
FROM rollup_session AS r
LEFT JOIN text AS t ON t.text_id = r.protocol_id
WHERE r.day >= coalesce(:since_us / 86400000000, -1000000)
    AND r.day < coalesce(:until_us / 86400000000, 4000000)
    AND (:sensor IS NULL OR r.sensor_id = (SELECT sensor_id FROM sensor WHERE name = :sensor))
GROUP BY t.value
HAVING sum(r.sessions) > 0
ORDER BY sessions DESC, protocol;
