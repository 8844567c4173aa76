-- The UTC days on which anything happened, in order.
-- Parameters: first_utc, end_utc: a range of days, half open.
SELECT DISTINCT day
FROM main.rollup_event
WHERE day >= :first_utc
    AND day < :end_utc
    AND events > 0
ORDER BY day;
