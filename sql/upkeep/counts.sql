-- How much there is, from tables that stay small.
-- Columns: sources, sessions, records, events.
SELECT
    (SELECT count(*) FROM source) AS sources,
    (SELECT coalesce(sum(sessions), 0) FROM rollup_session) AS sessions,
    coalesce(sum(lines), 0) AS records,
    coalesce(sum(events), 0) AS events
FROM ledger
