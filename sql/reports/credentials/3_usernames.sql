-- Each user name, the one that was tried most often first, and with how many passwords it came.
-- A pair is one row of the totals, so rows are counted, not texts. Texts are read of those that can be printed.
-- title: User names
-- half: yes
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   username text as user name
--   failed count
--   succeeded count
--   passwords count: how many different ones
WITH found AS MATERIALIZED (
    SELECT
        min(a) AS text_id,
        sum(seen) AS tries,
        sum(seen_low) AS failed,
        count(*) FILTER (WHERE b <> 0) AS passwords
    FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1)
    WHERE a <> 0
    GROUP BY a_key
)
SELECT t.value AS username, f.failed, f.tries - f.failed AS succeeded, f.passwords
FROM found AS f
JOIN text AS t ON t.text_id = f.text_id
WHERE f.tries >= (SELECT min(tries) FROM (SELECT tries FROM found ORDER BY tries DESC LIMIT :limit))
ORDER BY f.tries DESC, username
LIMIT :limit;
