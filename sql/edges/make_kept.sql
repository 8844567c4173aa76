-- Ranges of UTC days, half open, whose roll-ups stay as they are.
CREATE TABLE temp.kept (first_day INTEGER NOT NULL, end_day INTEGER NOT NULL) STRICT;
