-- Why records could not be events.
-- title: Quarantined records
-- columns:
--   reason text
--   records count
SELECT reason, sum(records) AS records
FROM quarantine
GROUP BY reason
ORDER BY records DESC, reason;
