-- The number that a further part of a session gets.
SELECT coalesce(max(part_id) + 1, :session_key << 20)
FROM session_part
WHERE part_id BETWEEN :session_key << 20 AND (:session_key << 20) + 1048575
