-- Where numbering goes on: the highest session_key, text_id and source_id, 0 if there is none.
SELECT
    (SELECT coalesce(max(session_key), 0) FROM session),
    (SELECT coalesce(max(text_id), 0) FROM text),
    (SELECT coalesce(max(source_id), 0) FROM source)
