-- Why records could not be events.
-- Columns: reason, records.
SELECT reason, sum(records) AS records
FROM quarantine
GROUP BY reason
ORDER BY records DESC, reason;
