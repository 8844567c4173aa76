-- How many sessions of each match type.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
-- Columns: match (1 full_delimited, 2 session_id_only, 3 event_session), sessions.
SELECT match, sum(sessions) AS sessions
FROM rollup_session
WHERE day >= coalesce(:since_us / 86400000000, -1000000)
    AND day < coalesce(:until_us / 86400000000, 4000000)
    AND (:sensor IS NULL OR sensor_id = (SELECT sensor_id FROM sensor WHERE name = :sensor))
GROUP BY match
ORDER BY match;
