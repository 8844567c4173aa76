-- How many of the sessions that the older tools would have listed ran how many commands.
-- columns:
--   commands count
--   seen count
SELECT s.command_count AS commands, count(*) AS seen
FROM session AS s
WHERE s.started_us >= :since_us
    AND s.started_us < :until_us
    AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
    -- A login that succeeded, and the hash of a file or a TTY log.
    AND s.login_success_count > 0
    AND EXISTS (
        SELECT 1
        FROM part AS q
        JOIN json_each(q.activities) AS j
        WHERE q.session_key = s.session_key
            AND (
                json_extract(j.value, '$[0]') > 2 AND json_extract(j.value, '$[3]') <> 0
                OR json_extract(j.value, '$[0]') = 10 AND json_extract(j.value, '$[2]') <> 0
            )
    )
GROUP BY s.command_count
ORDER BY seen, commands;
