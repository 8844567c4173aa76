-- Where the events of ledger, sessions, sources of sessions and days do not add up to one number.
-- Columns: place, what, stated, found.
WITH
counted (events) AS (SELECT coalesce(sum(events), 0) FROM ledger),
others (place, events) AS (
    SELECT 'all sessions', coalesce(sum(event_count), 0) FROM session
    UNION ALL
    SELECT 'all sources of sessions', coalesce(sum(events), 0) FROM session_origin
    UNION ALL
    SELECT 'all days', coalesce(sum(events), 0) FROM rollup_event
)
SELECT o.place, 'events' AS what, c.events AS stated, o.events AS found
FROM counted AS c
JOIN others AS o ON o.events <> c.events;
