-- The UTC days of the period on which anything happened.
-- given:
--   first_utc integer = 0: the first UTC day of which something lies in the period
--   end_utc integer = 0: the first one after it
-- columns:
--   day count
SELECT DISTINCT day
FROM main.rollup_event
WHERE day >= :first_utc
    AND day < :end_utc
    AND events > 0
ORDER BY day;
