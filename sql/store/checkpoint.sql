-- Records how far a run has come; in the same transaction as what it speaks of.
INSERT INTO checkpoint (run_id, started_us, committed_us, commits, source_id, source_offset, session_key)
VALUES (:run_id, :started_us, :committed_us, 1, :source_id, :source_offset, :session_key)
ON CONFLICT (run_id) DO UPDATE SET
    committed_us = excluded.committed_us,
    commits = commits + 1,
    source_id = excluded.source_id,
    source_offset = excluded.source_offset,
    session_key = coalesce(excluded.session_key, session_key)
