-- The sessions that began in the period, in order of time, each with its first part.
-- title: Attacks
-- parameters:
--   selection text = sessions: all sessions, or "older": those that the older tools would have listed
-- given:
--   counts text = NULL: the numbers of commands that are wanted, as JSON; NULL: any
-- columns:
--   session_key count
--   session text whole
--   sensor text
--   started moment
--   duration_ms milliseconds
--   protocol text
--   src_ip text whole
--   total_commands count
--   first_us count: of the first part
--   activities text
--   more count: 1 if there are further parts
SELECT
    s.session_key,
    s.session_id AS session,
    n.name AS sensor,
    s.started_us AS started,
    coalesce(s.closed_ms, (s.span_us + 500) / 1000) AS duration_ms,
    p.value AS protocol,
    src.value AS src_ip,
    s.command_count AS total_commands,
    s.started_us + s.part_us AS first_us,
    s.activities,
    EXISTS (SELECT 1 FROM session_part AS q WHERE q.session_key = s.session_key) AS more
FROM session AS s
CROSS JOIN sensor AS n ON n.sensor_id = s.sensor_id
LEFT JOIN text AS p ON p.text_id = s.protocol_id
LEFT JOIN text AS src ON src.text_id = s.src_ip_id
WHERE s.started_us >= :since_us
    AND s.started_us < :until_us
    AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
    AND (:counts IS NULL OR s.command_count IN (SELECT value FROM json_each(:counts)))
    -- A login that succeeded, and the hash of a file or a TTY log.
    AND (:selection = 'sessions' OR s.login_success_count > 0 AND EXISTS (
        SELECT 1
        FROM part AS q
        JOIN json_each(q.activities) AS j
        WHERE q.session_key = s.session_key
            AND (
                json_extract(j.value, '$[0]') > 2 AND json_extract(j.value, '$[3]') <> 0
                OR json_extract(j.value, '$[0]') = 10 AND json_extract(j.value, '$[2]') <> 0
            )
    ))
ORDER BY s.started_us, n.name, s.session_id;
