-- Takes back 0005: what it counts follows from the sessions.
DELETE FROM rollup_value WHERE kind IN (7, 9, 11, 104);
ALTER TABLE rollup_session DROP COLUMN events;
ALTER TABLE rollup_session DROP COLUMN duration_ms;
