-- From how many addresses sessions came, in all and on each day with any.
-- columns:
--   day day: NULL in the first row, which is of all days
--   unique_ips count
WITH seen AS MATERIALIZED (
    SELECT turn, stated, first_day AS day, seen FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, NULL, 4)
)
SELECT NULL AS day, coalesce(sum(stated), 0) AS unique_ips FROM (SELECT DISTINCT turn, stated FROM seen)
UNION ALL
SELECT * FROM (
    SELECT day, sum(seen) FROM seen GROUP BY day HAVING sum(seen) > 0 ORDER BY day
);
