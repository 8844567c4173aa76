-- Adds to the values of a day, or takes away.
INSERT INTO rollup_value (day, kind, sensor_id, a, b, seen)
VALUES (:day, :kind, :sensor_id, :a, :b, :seen)
ON CONFLICT (day, kind, sensor_id, a, b) DO UPDATE SET seen = seen + excluded.seen
