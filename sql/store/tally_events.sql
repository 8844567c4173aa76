-- Adds to the events of a day.
INSERT INTO rollup_event (day, sensor_id, eventid_id, events, first_us, last_us)
SELECT day, sensor_id, eventid_id, events, first_us, last_us FROM folded_event_tally WHERE true
ON CONFLICT (day, sensor_id, eventid_id) DO UPDATE SET
    events = events + excluded.events,
    first_us = min(first_us, excluded.first_us),
    last_us = max(last_us, excluded.last_us)
