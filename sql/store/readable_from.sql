-- The oldest schema whose programs can read the database; no row if its last migration is not recorded.
-- Parameters: version, that of the database.
SELECT max(readable_from) FROM schema_history HAVING max(version) = :version
