-- Which user names and passwords were tried most
SELECT username, password, sum(seen) AS tries, sum(CASE WHEN kind = 'login_success' THEN seen ELSE 0 END) AS succeeded
FROM value_by_day
WHERE kind IN ('login_failed', 'login_success')
GROUP BY username, password
ORDER BY tries DESC, username, password
LIMIT 100
