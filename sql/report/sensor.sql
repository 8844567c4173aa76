-- The number of a sensor.
-- Parameters: name.
-- Columns: sensor_id; no row if no event came from it.
SELECT sensor_id FROM sensor WHERE name = :name;
