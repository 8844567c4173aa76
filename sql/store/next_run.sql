-- The number of the next run.
SELECT coalesce(max(run_id), 0) + 1 FROM checkpoint
