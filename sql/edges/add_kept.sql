-- A range of UTC days whose roll-ups stay as they are.
-- Parameters: first_day, end_day.
INSERT INTO temp.kept (first_day, end_day) VALUES (:first_day, :end_day);
