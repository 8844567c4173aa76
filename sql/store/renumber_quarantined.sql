-- Gives the records of a row of the quarantine another number.
UPDATE quarantine SET record = :record WHERE quarantine_id = :quarantine_id
