-- Records which programs can read a database after a migration: those of this schema and later ones.
-- Parameters: version, readable_from.
UPDATE schema_history SET readable_from = :readable_from WHERE version = :version;
