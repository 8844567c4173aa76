-- Removes a row of the quarantine.
DELETE FROM quarantine WHERE quarantine_id = :quarantine_id
