-- Of how many sessions each matcher was the best.
-- Columns: matcher, name, sessions.
SELECT m.matcher, m.name, count(s.session_key) AS sessions
FROM matcher AS m
LEFT JOIN session AS s ON s.matcher = m.matcher
GROUP BY m.matcher
ORDER BY m.matcher;
