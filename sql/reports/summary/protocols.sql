-- How many sessions of each protocol; NULL where no event states one.
-- title: Sessions by protocol
-- half: yes
-- columns:
--   protocol text: NULL where no event states one
--   sessions count share
SELECT t.value AS protocol, sum(r.sessions) AS sessions
FROM rollup_session AS r
LEFT JOIN text AS t ON t.text_id = r.protocol_id
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY t.value
HAVING sum(r.sessions) > 0
ORDER BY sessions DESC, protocol;
