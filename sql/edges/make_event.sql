-- What the pieces come to, like main.rollup_event.
CREATE TABLE temp.edge_event (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    eventid_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, eventid_id)
) STRICT, WITHOUT ROWID;
