-- The roll-up of what activities said.
-- Columns: day, sensor_id, kind, a, b, seen.
SELECT day, sensor_id, kind, a, b, seen FROM rollup_value WHERE kind < 100;
