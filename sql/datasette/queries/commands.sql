-- Which commands were typed most
SELECT value AS command, sum(seen) AS seen, min(day) AS first_day, max(day) AS last_day
FROM value_by_day
WHERE kind = 'command'
GROUP BY value
ORDER BY seen DESC, command
LIMIT 100
