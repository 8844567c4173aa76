-- The later table of what could not be an event: the quarantine. payload: as many bytes as were kept, and not text,
-- because what cannot be read is often no UTF-8, on which programs in Python end.
CREATE VIEW dead_letter_events /* sesscore compat: datagen24 */ AS
SELECT
    q.quarantine_id AS id,
    NULL AS ingest_id,
    s.path AS source,
    q.record - 1 AS source_offset,
    q.reason,
    q.bytes AS payload,
    NULL AS metadata,
    0 AS resolved
FROM quarantine AS q
JOIN source AS s ON s.source_id = q.source_id
