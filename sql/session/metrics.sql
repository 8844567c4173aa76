-- One session, all that the public view says of it.
-- Parameters: session_key; sensor: a name that it must have, NULL for any.
SELECT *
FROM session_metrics
WHERE session_key = :session_key AND (:sensor IS NULL OR sensor = :sensor);
