-- Shows whole UTC days as other days.
-- Parameters: first_day, end_day, shift.
INSERT INTO temp.edge_event (day, sensor_id, eventid_id, events, first_us, last_us)
SELECT r.day + :shift, r.sensor_id, r.eventid_id, r.events, r.first_us, r.last_us
FROM main.rollup_event AS r
WHERE r.day >= :first_day AND r.day < :end_day;
