-- Takes back 0006: descriptions, and views of what stands elsewhere.
DROP VIEW value_by_day;
DROP VIEW session_by_day;
DROP VIEW event_by_day;
DROP VIEW activity_list;
DROP VIEW session_list;
DROP TABLE column_description;
