-- Adds to the values of a day, or takes away.
INSERT INTO rollup_value (day, kind, sensor_id, a, b, seen)
SELECT day, kind, sensor_id, a, b, seen FROM folded_value_tally WHERE true
ON CONFLICT (day, kind, sensor_id, a, b) DO UPDATE SET seen = seen + excluded.seen
