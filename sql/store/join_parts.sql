-- Two sessions became one: its parts move behind those of the key that stays.
UPDATE session_part SET
    part_id = part_id - (:goes << 20) + 1 + (
        SELECT max(part_id) FROM session_part WHERE part_id BETWEEN :stays << 20 AND (:stays << 20) + 1048575
    )
WHERE part_id BETWEEN :goes << 20 AND (:goes << 20) + 1048575
