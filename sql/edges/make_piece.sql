-- Pieces of time, half open, with the day to which what lies in them is counted, and the first and the last UTC day that they touch.
CREATE TABLE temp.piece (
    day INTEGER NOT NULL,
    since_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL,
    first_utc INTEGER NOT NULL,
    last_utc INTEGER NOT NULL
) STRICT;
