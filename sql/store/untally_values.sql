-- Removes counts that came down to nothing.
DELETE FROM rollup_value
WHERE (day, kind, sensor_id, a, b) IN (SELECT day, kind, sensor_id, a, b FROM folded_value_tally WHERE seen < 0) AND seen = 0
