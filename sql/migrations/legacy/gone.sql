-- What `aside` put away, after the rows were taken over.
DROP TABLE was_checkpoint;
DROP TABLE was_ledger;
DROP TABLE was_quarantine;
DROP TABLE was_session_part;
DROP TABLE was_session_day;
DROP TABLE was_session_source;
DROP TABLE was_session;
DROP TABLE was_matcher;
DROP TABLE was_source;
DROP TABLE was_sensor;
DROP TABLE was_text;
DROP TABLE was_rollup_event;
DROP TABLE was_rollup_session;
DROP TABLE was_rollup_value;
DROP TABLE was_schema_history;
