-- Removes a part that is written anew.
DELETE FROM session_part WHERE session_key = :session_key AND first_us = :first_us
