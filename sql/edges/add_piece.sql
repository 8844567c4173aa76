-- A piece of time to be counted.
-- Parameters: day, since_us, until_us, first_utc, last_utc.
INSERT INTO temp.piece (day, since_us, until_us, first_utc, last_utc) VALUES (:day, :since_us, :until_us, :first_utc, :last_utc);
