-- Records that a migration was applied.
-- Parameters: version, name of the file after its number, applied_us.
INSERT INTO schema_history (version, name, applied_us)
VALUES (:version, :name, :applied_us);
