-- Adds a batch to the ledger of its source.
INSERT INTO ledger (source_id, lines, events, duplicates, sessionless, quarantined, blank)
VALUES (:source_id, :lines, :events, :duplicates, :sessionless, :quarantined, :blank)
ON CONFLICT (source_id) DO UPDATE SET
    lines = lines + excluded.lines,
    events = events + excluded.events,
    duplicates = duplicates + excluded.duplicates,
    sessionless = sessionless + excluded.sessionless,
    quarantined = quarantined + excluded.quarantined,
    blank = blank + excluded.blank
