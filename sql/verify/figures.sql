-- What there is, and the ledger of all.
-- Columns: sessions, sources, lines, events, duplicates, sessionless, quarantined, blank.
SELECT
    (SELECT count(*) FROM session) AS sessions,
    (SELECT count(*) FROM source) AS sources,
    coalesce(sum(lines), 0) AS lines,
    coalesce(sum(events), 0) AS events,
    coalesce(sum(duplicates), 0) AS duplicates,
    coalesce(sum(sessionless), 0) AS sessionless,
    coalesce(sum(quarantined), 0) AS quarantined,
    coalesce(sum(blank), 0) AS blank
FROM ledger;
