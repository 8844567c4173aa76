-- Removes parts that are written anew.
DELETE FROM session_part WHERE (session_key, part) IN (SELECT session_key, part FROM folded_stale_part)
