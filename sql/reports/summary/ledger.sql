-- Where every record of all sources went: lines = events + duplicates + sessionless + quarantined + blank.
-- title: Where every record went
-- shape: figures
-- columns:
--   lines count
--   events count
--   duplicates count
--   sessionless count
--   quarantined count
--   blank count
SELECT
    coalesce(sum(lines), 0) AS lines,
    coalesce(sum(events), 0) AS events,
    coalesce(sum(duplicates), 0) AS duplicates,
    coalesce(sum(sessionless), 0) AS sessionless,
    coalesce(sum(quarantined), 0) AS quarantined,
    coalesce(sum(blank), 0) AS blank
FROM ledger;
