-- Takes the tables of an earlier form of schema 1 out of the way: `x` becomes `was_x`. Their rows follow when schema 1 is made.
DROP VIEW session_activity;
DROP VIEW session_metrics;
DROP VIEW IF EXISTS part;

DROP INDEX source_inode;
DROP INDEX source_path;
DROP INDEX quarantine_source;
DROP INDEX quarantine_unterminated;
DROP INDEX session_time;
DROP INDEX session_sensor_time;
DROP INDEX session_flagged;

ALTER TABLE checkpoint RENAME TO was_checkpoint;
ALTER TABLE matcher RENAME TO was_matcher;
ALTER TABLE source RENAME TO was_source;
ALTER TABLE ledger RENAME TO was_ledger;
ALTER TABLE quarantine RENAME TO was_quarantine;
ALTER TABLE sensor RENAME TO was_sensor;
ALTER TABLE text RENAME TO was_text;
ALTER TABLE session RENAME TO was_session;
ALTER TABLE session_part RENAME TO was_session_part;
ALTER TABLE session_day RENAME TO was_session_day;
ALTER TABLE session_source RENAME TO was_session_source;
ALTER TABLE rollup_event RENAME TO was_rollup_event;
ALTER TABLE rollup_session RENAME TO was_rollup_session;
ALTER TABLE rollup_value RENAME TO was_rollup_value;
ALTER TABLE schema_history RENAME TO was_schema_history;
DROP TABLE activity_kind; -- schema 1 has the same rows
