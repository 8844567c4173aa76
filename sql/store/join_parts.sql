-- Two sessions became one: its parts move to the key that stays.
UPDATE session_part SET session_key = :stays WHERE session_key = :goes
