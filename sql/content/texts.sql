-- The dictionary, oldest first: what is seen often was seen early.
-- Columns: text_id, value.
SELECT text_id, value FROM text ORDER BY text_id;
