-- What the pieces come to, like main.rollup_session.
CREATE TABLE temp.edge_session (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    match INTEGER NOT NULL,
    protocol_id INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, match, protocol_id)
) STRICT, WITHOUT ROWID;
