-- Gives the values of a day to whoever counts: of kinds ?2 to ?3, of a sensor or of all. (Row by row across the border took five times as long.)
SELECT gather_value(kind, a, b, seen)
FROM rollup_value
WHERE day = ?1 AND kind BETWEEN ?2 AND ?3 AND (?4 IS NULL OR sensor_id = ?4)
