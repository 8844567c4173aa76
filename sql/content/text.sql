-- One text of the dictionary.
-- Parameters: the text_id.
-- Columns: value.
SELECT value FROM text WHERE text_id = ?;
