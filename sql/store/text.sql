-- Stores a text of the dictionary.
INSERT INTO text (text_id, value) VALUES (:text_id, :value)
