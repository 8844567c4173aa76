-- What the pieces come to, like main.rollup_value.
CREATE TABLE temp.edge_value (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (day, kind, sensor_id, a, b)
) STRICT, WITHOUT ROWID;
