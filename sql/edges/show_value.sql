-- Takes the place of main.rollup_value: a name without a schema is looked up among the temporary ones first.
CREATE VIEW temp.rollup_value AS
SELECT r.day, r.sensor_id, r.kind, r.a, r.b, r.seen
FROM temp.kept AS k
CROSS JOIN main.rollup_value AS r ON r.day >= k.first_day AND r.day < k.end_day
UNION ALL
SELECT day, sensor_id, kind, a, b, seen FROM temp.edge_value;
