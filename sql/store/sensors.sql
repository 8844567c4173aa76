-- All sensors: name, sensor_id.
SELECT name, sensor_id FROM sensor
