-- How many sessions of each match type.
-- title: Sessions by match type
-- half: yes
-- columns:
--   match count: 1 full_delimited, 2 session_id_only, 3 event_session
--   sessions count share
SELECT match, sum(sessions) AS sessions
FROM rollup_session
WHERE day >= :first_day
    AND day < :end_day
    AND (:sensor_id IS NULL OR sensor_id = :sensor_id)
GROUP BY match
ORDER BY match;
