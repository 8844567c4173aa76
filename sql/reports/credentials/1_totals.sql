-- The user names and passwords that were tried, and which let somebody in.
-- What an event does not state is tried, but no credential: unique figures are of what is stated.
-- title: Login tries
-- shape: figures
-- columns:
--   tries count
--   failed count
--   succeeded count
--   unique_pairs count as different pairs
--   unique_usernames count as different user names
--   unique_passwords count as different passwords
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
pair AS (
    SELECT u.value AS username, p.value AS password, sum(v.seen) AS tries, sum(v.seen) FILTER (WHERE v.kind = 1) AS failed
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
    LEFT JOIN text AS u ON u.text_id = v.a
    LEFT JOIN text AS p ON p.text_id = v.b
    WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    GROUP BY u.value, p.value
)
SELECT
    coalesce(sum(tries), 0) AS tries,
    coalesce(sum(failed), 0) AS failed,
    coalesce(sum(tries), 0) - coalesce(sum(failed), 0) AS succeeded,
    count(*) FILTER (WHERE username IS NOT NULL AND password IS NOT NULL) AS unique_pairs,
    count(DISTINCT username) AS unique_usernames,
    count(DISTINCT password) AS unique_passwords
FROM pair;
