-- From how many addresses sessions came.
-- shape: figures
-- columns:
--   unique_ips count
SELECT count(*) AS unique_ips
FROM value_totals(101, 101, :first_day, :end_day, :sensor_id)
WHERE a <> 0;
