-- Stores texts of the dictionary.
INSERT INTO text (text_id, value) SELECT text_id, value FROM folded_text
