-- From how many addresses sessions came: the most frequent one is told with how many there are.
-- shape: figures
-- columns:
--   unique_ips count
SELECT coalesce(sum(stated), 0) AS unique_ips
FROM (SELECT DISTINCT turn, stated FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, 1));
