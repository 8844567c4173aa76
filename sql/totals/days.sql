-- The days that have values, first to last: whoever has values has events. Columns: day.
SELECT DISTINCT day FROM rollup_event WHERE day >= ?1 AND day < ?2 ORDER BY day
