-- The ids of all texts.
-- Columns: text_id.
SELECT text_id FROM text;
