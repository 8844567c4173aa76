-- What happened hour by hour, with the sum of all sessions so far and the average of the last hours.
-- An hour begins where the clocks show a full hour, or are changed. Those without anything between two others have rows, too, unless there
-- are more than `empty` of them in a row. A session that lies within one hour is counted by its own figures; of others the events are.
-- title: Hours
-- given:
--   average integer = 24: hours of which sessions_average is
--   empty integer = 100: hours without anything in a row, at the most, that are rows
--   clocks text = '[]': stretches of the period in which the clocks are not changed, as JSON: see report/hours.py
-- columns:
--   start moment unseen
--   sessions count bar
--   events count
--   login_failed count as failed
--   login_success count as got in
--   commands count
--   downloads count as downl.
--   uploads count as upl.
--   sessions_running count as so far
--   sessions_average number as average
WITH RECURSIVE clock AS MATERIALIZED (
    SELECT
        value ->> 0 AS changed_us,
        value ->> 1 AS since_us,
        value ->> 2 AS until_us,
        value ->> 3 AS first_utc,
        value ->> 4 AS last_utc,
        value ->> 5 AS offset_us
    FROM json_each(:clocks)
),
-- A session is looked at once for each stretch: on the first UTC day that both have in common.
touching AS NOT MATERIALIZED (
    SELECT
        c.changed_us,
        c.since_us,
        c.until_us,
        c.offset_us,
        s.*,
        s.started_us >= c.since_us AS begins,
        s.started_us >= c.since_us
        AND s.started_us + s.span_us < c.until_us
        AND ((s.started_us + c.offset_us) % 3600000000 + 3600000000) % 3600000000 + s.span_us < 3600000000 AS whole
    FROM clock AS c
    CROSS JOIN session_day AS d ON d.day BETWEEN c.first_utc AND c.last_utc
    CROSS JOIN session AS s ON s.session_key = d.session_key
    WHERE s.started_us < c.until_us
        AND s.started_us + s.span_us >= c.since_us
        AND d.day = max(c.first_utc, (s.started_us - (s.started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000)
        AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
),
event AS NOT MATERIALIZED (
    SELECT o.changed_us, o.since_us, o.until_us, o.offset_us, e.at_us, e.eventid_id
    FROM touching AS o
    CROSS JOIN packed_event(o.activities, o.events, o.started_us + o.part_us) AS e
    WHERE NOT o.whole
    UNION ALL
    SELECT o.changed_us, o.since_us, o.until_us, o.offset_us, e.at_us, e.eventid_id
    FROM touching AS o
    CROSS JOIN session_part AS f ON f.session_key = o.session_key
    CROSS JOIN packed_event(f.activities, f.events, f.first_us) AS e
    WHERE NOT o.whole
),
found AS NOT MATERIALIZED (
    SELECT
        changed_us,
        offset_us,
        started_us AS at_us,
        begins AS sessions,
        iif(whole, event_count, 0) AS events,
        iif(whole, login_failed_count, 0) AS login_failed,
        iif(whole, login_success_count, 0) AS login_success,
        iif(whole, command_count, 0) AS commands,
        iif(whole, download_count, 0) AS downloads,
        iif(whole, upload_count, 0) AS uploads
    FROM touching
    WHERE begins
    UNION ALL
    SELECT
        e.changed_us,
        e.offset_us,
        e.at_us,
        0,
        1,
        t.value = 'cowrie.login.failed',
        t.value = 'cowrie.login.success',
        t.value = 'cowrie.command.input',
        t.value = 'cowrie.session.file_download',
        t.value = 'cowrie.session.file_upload'
    FROM event AS e
    JOIN text AS t ON t.text_id = e.eventid_id
    WHERE e.at_us >= e.since_us AND e.at_us < e.until_us
),
hour AS MATERIALIZED (
    SELECT
        max(at_us - ((at_us + offset_us) % 3600000000 + 3600000000) % 3600000000, changed_us) AS start,
        sum(sessions) AS sessions,
        sum(events) AS events,
        sum(login_failed) AS login_failed,
        sum(login_success) AS login_success,
        sum(commands) AS commands,
        sum(downloads) AS downloads,
        sum(uploads) AS uploads
    FROM found
    GROUP BY 1
),
known AS (
    SELECT start, lead(start) OVER (ORDER BY start) AS next_start FROM hour
),
step (start, next_start) AS (
    SELECT start, iif(next_start - start <= (:empty + 1) * 3600000000, next_start, NULL) FROM known
    UNION ALL
    SELECT
        min(b.start - ((b.start + c.offset_us) % 3600000000 + 3600000000) % 3600000000 + 3600000000, c.until_us) AS after_us,
        b.next_start
    FROM step AS b
    JOIN clock AS c ON c.changed_us <= b.start AND c.until_us > b.start
    WHERE after_us < b.next_start
),
counted AS (
    SELECT
        p.start,
        coalesce(h.sessions, 0) AS sessions,
        coalesce(h.events, 0) AS events,
        coalesce(h.login_failed, 0) AS login_failed,
        coalesce(h.login_success, 0) AS login_success,
        coalesce(h.commands, 0) AS commands,
        coalesce(h.downloads, 0) AS downloads,
        coalesce(h.uploads, 0) AS uploads
    FROM step AS p
    LEFT JOIN hour AS h ON h.start = p.start
),
added AS (
    SELECT
        *,
        sum(sessions) OVER running AS sessions_running,
        sum(sessions) OVER latest AS of_latest,
        min(:average, (start - first_value(start) OVER running) / 3600000000 + 1) AS hours
    FROM counted
    WINDOW
        running AS (ORDER BY start),
        latest AS (ORDER BY start RANGE BETWEEN (:average - 1) * 3600000000 PRECEDING AND CURRENT ROW)
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
    (200 * of_latest + hours) / (2 * hours) / 100.0 AS sessions_average
FROM added
ORDER BY start;
