-- Gives the texts of a range of ids their keys. Those of the table itself: a key outlives the statement that asked for it.
SELECT gather_text(text_id, value) FROM main.text WHERE text_id BETWEEN ?1 AND ?2
