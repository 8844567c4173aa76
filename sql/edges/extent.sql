-- The first and the last moment of an event.
-- Columns: first_us, last_us; NULL if there is none.
SELECT min(first_us), max(last_us) FROM main.rollup_event WHERE events > 0;
