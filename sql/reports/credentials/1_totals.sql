-- The user names and passwords that were tried, and which let somebody in.
-- What an event does not state is tried, but no credential: unique figures are of what is stated.
-- title: Login tries
-- shape: figures
-- columns:
--   tries count
--   failed count
--   succeeded count
--   unique_pairs count as different pairs
--   unique_usernames count as different user names
--   unique_passwords count as different passwords
SELECT
    coalesce(sum(seen), 0) AS tries,
    coalesce(sum(seen_low), 0) AS failed,
    coalesce(sum(seen - seen_low), 0) AS succeeded,
    count(*) FILTER (WHERE a <> 0 AND b <> 0) AS unique_pairs,
    count(DISTINCT a_key) FILTER (WHERE a <> 0) AS unique_usernames,
    count(DISTINCT b_key) FILTER (WHERE b <> 0) AS unique_passwords
FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1);
