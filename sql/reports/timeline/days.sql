-- What happened day by day, with the sum of all sessions so far and the average of the last days.
-- Days without anything between two others have rows, too, unless there are more than `empty` of them in a row.
-- title: Days
-- given:
--   average integer = 7: days of which sessions_average is
--   empty integer = 100: days without anything in a row, at the most, that are rows
-- columns:
--   start day as day
--   sessions count bar
--   events count
--   login_failed count as failed
--   login_success count as succeeded
--   commands count
--   downloads count as downl.
--   uploads count as upl.
--   sessions_running count as so far
--   sessions_average number as average
WITH RECURSIVE seen AS (
    SELECT
        r.day,
        sum(r.events) AS events,
        sum(r.events) FILTER (WHERE t.value = 'cowrie.login.failed') AS login_failed,
        sum(r.events) FILTER (WHERE t.value = 'cowrie.login.success') AS login_success,
        sum(r.events) FILTER (WHERE t.value = 'cowrie.command.input') AS commands,
        sum(r.events) FILTER (WHERE t.value = 'cowrie.session.file_download') AS downloads,
        sum(r.events) FILTER (WHERE t.value = 'cowrie.session.file_upload') AS uploads
    FROM rollup_event AS r
    JOIN text AS t ON t.text_id = r.eventid_id
    WHERE r.day >= :first_day
        AND r.day < :end_day
        AND r.events > 0
        AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
    GROUP BY r.day
),
begun AS (
    SELECT day, sum(sessions) AS sessions
    FROM rollup_session
    WHERE day >= :first_day
        AND day < :end_day
        AND (:sensor_id IS NULL OR sensor_id = :sensor_id)
    GROUP BY day
),
known AS (
    SELECT day, lead(day) OVER (ORDER BY day) AS next_day FROM seen
),
step (day, next_day) AS (
    SELECT day, iif(next_day - day <= :empty + 1, next_day, NULL) FROM known
    UNION ALL
    SELECT day + 1, next_day FROM step
    WHERE day + 1 < next_day
),
counted AS (
    SELECT
        p.day AS start,
        coalesce(b.sessions, 0) AS sessions,
        coalesce(s.events, 0) AS events,
        coalesce(s.login_failed, 0) AS login_failed,
        coalesce(s.login_success, 0) AS login_success,
        coalesce(s.commands, 0) AS commands,
        coalesce(s.downloads, 0) AS downloads,
        coalesce(s.uploads, 0) AS uploads
    FROM step AS p
    LEFT JOIN seen AS s ON s.day = p.day
    LEFT JOIN begun AS b ON b.day = p.day
),
added AS (
    SELECT
        *,
        sum(sessions) OVER running AS sessions_running,
        sum(sessions) OVER latest AS of_latest,
        min(:average, start - first_value(start) OVER running + 1) AS days
    FROM counted
    WINDOW
        running AS (ORDER BY start),
        latest AS (ORDER BY start RANGE BETWEEN :average - 1 PRECEDING AND CURRENT ROW)
)
SELECT
    start,
    sessions,
    events,
    login_failed,
    login_success,
    commands,
    downloads,
    uploads,
    sessions_running,
    (200 * of_latest + days) / (2 * days) / 100.0 AS sessions_average
FROM added
ORDER BY start;
