-- Shows whole UTC days as other days.
-- Parameters: first_day, end_day, shift.
INSERT INTO temp.edge_value (day, sensor_id, kind, a, b, seen)
SELECT r.day + :shift, r.sensor_id, r.kind, r.a, r.b, r.seen
FROM main.rollup_value AS r
WHERE r.day >= :first_day AND r.day < :end_day;
