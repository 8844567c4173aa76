-- Takes the place of main.rollup_event: a name without a schema is looked up among the temporary ones first.
CREATE VIEW temp.rollup_event AS
SELECT r.day, r.sensor_id, r.eventid_id, r.events, r.first_us, r.last_us
FROM temp.kept AS k
CROSS JOIN main.rollup_event AS r ON r.day >= k.first_day AND r.day < k.end_day
UNION ALL
SELECT day, sensor_id, eventid_id, events, first_us, last_us FROM temp.edge_event;
