-- Counts the values of the activities of all pieces: of the kinds that main.rollup_value has.
INSERT INTO temp.edge_value (day, sensor_id, kind, a, b, seen)
SELECT day, sensor_id, kind, a, b, count(*)
FROM temp.seen
WHERE kind IN (1, 2, 3, 6, 7, 8, 9, 11)
GROUP BY day, kind, sensor_id, a, b;
