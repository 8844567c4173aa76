-- 0004: the part of a session that covers a moment is found without a look at its other parts.
-- readable_from: 1
CREATE INDEX session_part_time ON session_part (session_key, first_us);
