-- The rows of all tables but `session` and `session_part`: every form has them as schema 1 does.
INSERT INTO checkpoint SELECT * FROM was_checkpoint;
INSERT INTO matcher SELECT * FROM was_matcher WHERE matcher NOT IN (SELECT matcher FROM matcher);
INSERT INTO source SELECT * FROM was_source;
INSERT INTO ledger SELECT * FROM was_ledger;
INSERT INTO quarantine SELECT * FROM was_quarantine;
INSERT INTO sensor SELECT * FROM was_sensor;
INSERT INTO text SELECT * FROM was_text WHERE text_id NOT IN (SELECT text_id FROM text);
INSERT INTO session_day SELECT * FROM was_session_day;
INSERT INTO session_source SELECT * FROM was_session_source;
INSERT INTO rollup_event SELECT * FROM was_rollup_event;
INSERT INTO rollup_session SELECT * FROM was_rollup_session;
INSERT INTO rollup_value SELECT * FROM was_rollup_value;
INSERT INTO schema_history SELECT * FROM was_schema_history;
