-- Removes a part that is written anew.
DELETE FROM session_part WHERE part_id = :part_id
