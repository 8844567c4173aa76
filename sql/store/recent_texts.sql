-- The texts stored last, newest first: text_id, value.
SELECT text_id, value FROM text ORDER BY text_id DESC LIMIT :count
