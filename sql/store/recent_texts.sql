-- Texts worth remembering: Cowrie's event ids, then those stored last, newest first. Columns: text_id, value.
SELECT text_id, value FROM text WHERE text_id <= 20
UNION ALL
SELECT text_id, value FROM (SELECT text_id, value FROM text WHERE text_id > 20 ORDER BY text_id DESC LIMIT :count)
