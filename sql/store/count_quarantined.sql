-- Rows of the quarantine; one can stand for several records.
SELECT count(*) FROM quarantine
