-- Gives the texts of a range of ids to ?3.
SELECT gather_text(?3, text_id, value) FROM text WHERE text_id BETWEEN ?1 AND ?2
