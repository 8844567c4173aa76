-- Rows that refer to a row that is not there.
-- Columns: place, what, stated, found.
SELECT
    "table" || coalesce(' row ' || rowid, '') AS place,
    'refers to' AS what,
    parent AS stated,
    NULL AS found
FROM pragma_foreign_key_check;
