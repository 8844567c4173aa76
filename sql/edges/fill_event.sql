-- Counts the events of all pieces.
INSERT INTO temp.edge_event (day, sensor_id, eventid_id, events, first_us, last_us)
SELECT day, sensor_id, eventid_id, count(*), min(at_us), max(at_us)
FROM temp.seen
GROUP BY day, sensor_id, eventid_id;
