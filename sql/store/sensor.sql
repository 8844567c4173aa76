-- Stores the name of a sensor.
INSERT INTO sensor (sensor_id, name) VALUES (:sensor_id, :name)
