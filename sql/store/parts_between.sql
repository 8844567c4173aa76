-- The parts of a session that events between two times belong to: part, first_us, activities, events.
-- (The first of them is asked for by itself: joined, all parts of the session would be held in memory to be looked through.)
WITH
floor (first_us) AS (
    SELECT coalesce(
        (SELECT max(first_us) FROM part WHERE session_key = :session_key AND first_us <= :begin_us),
        (SELECT min(first_us) FROM part WHERE session_key = :session_key)
    )
)
SELECT part, first_us, activities, events
FROM part
WHERE
    session_key = :session_key
    AND first_us BETWEEN (SELECT first_us FROM floor) AND max((SELECT first_us FROM floor), :end_us)
ORDER BY first_us
