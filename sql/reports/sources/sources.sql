-- Each address by the sessions that began in the period, and all that those did, also after it.
-- The roll-ups tell which addresses are printed. Few have several ids; only for these all are gone through. Then sessions are looked at.
-- title: Sources
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   src_ip text whole as address
--   sessions count
--   login_failed count as failed
--   login_success count as succeeded
--   commands count
--   downloads count as downl.
--   uploads count as upl.
--   first moment: when the first of the sessions began
--   last moment: when the last event of them was
--   days count: on which a session began
--   different count: how many addresses there are
WITH
found AS MATERIALIZED (
    SELECT turn, stated, a, several, seen, days
    FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, :limit)
),
most AS MATERIALIZED (
    SELECT f.a, f.several, t.value AS src_ip, f.seen AS sessions, f.days
    FROM found AS f
    JOIN text AS t ON t.text_id = f.a
    ORDER BY sessions DESC, src_ip
    LIMIT :limit
),
days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
seen AS MATERIALIZED (
    SELECT DISTINCT v.a AS src_ip_id
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 101
    WHERE (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
        AND EXISTS (SELECT 1 FROM most WHERE several)
),
id AS MATERIALIZED (
    SELECT a AS src_ip_id, src_ip FROM most WHERE NOT several
    UNION ALL
    SELECT e.src_ip_id, t.value
    FROM seen AS e
    CROSS JOIN text AS t ON t.text_id = e.src_ip_id
    WHERE t.value IN (SELECT src_ip FROM most WHERE several)
),
by_id AS (
    SELECT
        s.src_ip_id,
        sum(s.login_failed_count) AS login_failed,
        sum(s.login_success_count) AS login_success,
        sum(s.command_count) AS commands,
        sum(s.download_count) AS downloads,
        sum(s.upload_count) AS uploads,
        min(s.started_us) AS first,
        max(s.started_us + s.span_us) AS last
    FROM session AS s
    WHERE s.started_us >= :since_us
        AND s.started_us < :until_us
        AND s.src_ip_id IN (SELECT src_ip_id FROM id)
        AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
    GROUP BY s.src_ip_id
),
did AS (
    SELECT
        i.src_ip,
        sum(b.login_failed) AS login_failed,
        sum(b.login_success) AS login_success,
        sum(b.commands) AS commands,
        sum(b.downloads) AS downloads,
        sum(b.uploads) AS uploads,
        min(b.first) AS first,
        max(b.last) AS last
    FROM by_id AS b
    JOIN id AS i ON i.src_ip_id = b.src_ip_id
    GROUP BY i.src_ip
)
SELECT
    m.src_ip,
    m.sessions,
    d.login_failed,
    d.login_success,
    d.commands,
    d.downloads,
    d.uploads,
    d.first,
    d.last,
    m.days,
    (SELECT sum(stated) FROM (SELECT DISTINCT turn, stated FROM found)) AS different
FROM most AS m
LEFT JOIN did AS d ON d.src_ip = m.src_ip -- each has sessions, unless the database is damaged
ORDER BY m.sessions DESC, m.src_ip;
