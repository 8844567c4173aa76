-- The parts of a session that events between two times belong to: part, first_us, activities, events.
-- The first of them is the last that begins no later than the first event; if none does, the first of all.
-- (The view `part` would give all parts, and each would be looked at.)
WITH
firsts (first_us) AS (
    SELECT started_us + part_us FROM session WHERE session_key = :session_key
    UNION ALL
    SELECT max(first_us) FROM session_part WHERE session_key = :session_key AND first_us <= :begin_us
    UNION ALL
    SELECT min(first_us) FROM session_part WHERE session_key = :session_key
),
floor (first_us) AS (
    SELECT coalesce(max(first_us) FILTER (WHERE first_us <= :begin_us), min(first_us)) FROM firsts
)
SELECT 0 AS part, started_us + part_us AS first_us, activities, events
FROM session
WHERE
    session_key = :session_key
    AND started_us + part_us BETWEEN (SELECT first_us FROM floor) AND max((SELECT first_us FROM floor), :end_us)
UNION ALL
SELECT part, first_us, activities, events
FROM session_part
WHERE
    session_key = :session_key
    AND first_us BETWEEN (SELECT first_us FROM floor) AND max((SELECT first_us FROM floor), :end_us)
ORDER BY first_us
