-- Takes back the record of a migration.
-- Parameters: version.
DELETE FROM schema_history WHERE version = :version;
