-- What the sessions of an id did, in order
SELECT at, sensor, session_key, kind, value, username, password, shasum
FROM activity_list
WHERE session_key IN (SELECT session_key FROM session_day WHERE session_id = :session_id)
ORDER BY session_key, at_us
