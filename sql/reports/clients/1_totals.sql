-- What clients say of themselves, and how they can be told apart by their key exchange (HASSH).
-- title: Clients
-- shape: figures
-- columns:
--   unique_client_versions count as different client versions
--   unique_hassh count as different HASSH
SELECT
    count(*) FILTER (WHERE kind = 102) AS unique_client_versions,
    count(*) FILTER (WHERE kind = 103) AS unique_hassh
FROM value_totals(102, 103, :first_day, :end_day, :sensor_id);
