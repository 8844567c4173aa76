-- The roll-up of events.
-- Columns: day, sensor_id, eventid, events, first_us, last_us.
SELECT r.day, r.sensor_id, t.value, sum(r.events), min(r.first_us), max(r.last_us)
FROM rollup_event AS r
LEFT JOIN text AS t ON t.text_id = r.eventid_id
GROUP BY r.day, r.sensor_id, t.value;
