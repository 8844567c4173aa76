-- Each password, the one that was tried most often first, and with how many user names it came.
-- A pair is one row of the totals, so rows are counted, not texts. Texts are read of those that can be printed.
-- title: Passwords
-- half: yes
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   password text
--   failed count
--   succeeded count
--   usernames count as user names: how many different ones
WITH found AS MATERIALIZED (
    SELECT
        min(b) AS text_id,
        sum(seen) AS tries,
        sum(seen_low) AS failed,
        count(*) FILTER (WHERE a <> 0) AS usernames
    FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1)
    WHERE b <> 0
    GROUP BY b_key
)
SELECT t.value AS password, f.failed, f.tries - f.failed AS succeeded, f.usernames
FROM found AS f
JOIN text AS t ON t.text_id = f.text_id
WHERE f.tries >= (SELECT min(tries) FROM (SELECT tries FROM found ORDER BY tries DESC LIMIT :limit))
ORDER BY f.tries DESC, password
LIMIT :limit;
