-- Takes back 0002: a schema of version 1 does not say who can read it.
ALTER TABLE schema_history DROP COLUMN readable_from;
