-- How many sessions began, and how long they were, by protocol.
-- columns:
--   protocol text: NULL where no event states one
--   sessions count
--   duration_ms milliseconds
SELECT t.value AS protocol, sum(r.sessions) AS sessions, sum(r.duration_ms) AS duration_ms
FROM rollup_session AS r
LEFT JOIN text AS t ON t.text_id = r.protocol_id
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY t.value
HAVING sum(r.sessions) > 0
ORDER BY protocol;
