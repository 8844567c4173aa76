-- Removes a count that came down to nothing.
DELETE FROM rollup_value
WHERE day = :day AND kind = :kind AND sensor_id = :sensor_id AND a = :a AND b = :b AND seen = 0
