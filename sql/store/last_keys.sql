-- Where numbering goes on: the highest session_key and text_id, 0 if there is none.
SELECT
    (SELECT coalesce(max(session_key), 0) FROM session),
    (SELECT coalesce(max(text_id), 0) FROM text)
