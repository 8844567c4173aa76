-- The addresses of two periods or two sensors, the one whose number changed most first.
-- Texts are read of those that can be printed.
-- title: Sources
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- given:
--   before_first_day integer = 0: first UTC day of the other side
--   before_end_day integer = 0: first one after it
--   before_sensor_id integer = NULL: its sensor; NULL: all
-- columns:
--   src_ip text whole as address
--   before count
--   after count
--   change count
--   status text whole
SELECT
    t.value AS src_ip,
    v.before,
    v.seen AS after,
    v.seen - v.before AS change,
    CASE
        WHEN v.before = v.seen THEN 'same'
        WHEN v.before = 0 THEN 'new'
        WHEN v.seen = 0 THEN 'gone'
        ELSE 'changed'
    END AS status
FROM value_totals(101, 101, :first_day, :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
WHERE v.top = :limit
    AND v.other_since_day = :before_first_day
    AND v.other_end_day = :before_end_day
    AND v.other_sensor_id = :before_sensor_id
ORDER BY abs(v.seen - v.before) DESC, src_ip
LIMIT :limit;
