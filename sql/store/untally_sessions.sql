-- Removes a count that came down to nothing.
DELETE FROM rollup_session
WHERE day = :day AND sensor_id = :sensor_id AND match = :match AND protocol_id = :protocol_id AND sessions = 0
