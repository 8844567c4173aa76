-- Sessions and events of each day
SELECT day, sensor, sum(sessions) AS sessions, sum(events) AS events
FROM session_by_day
GROUP BY day, sensor
ORDER BY day DESC, sensor
