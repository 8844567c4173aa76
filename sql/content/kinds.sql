-- The names of activities.
-- Columns: kind, name.
SELECT kind, name FROM activity_kind;
