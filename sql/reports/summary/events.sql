-- How many events of each event id, and when the first and the last came.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
-- Columns: eventid, events, first_us, last_us.
WITH by_id AS (
    SELECT eventid_id, sum(events) AS events, min(first_us) AS first_us, max(last_us) AS last_us
    FROM rollup_event
    WHERE day >= coalesce(:since_us / 86400000000, -1000000)
        AND day < coalesce(:until_us / 86400000000, 4000000)
        AND (:sensor IS NULL OR sensor_id = (SELECT sensor_id FROM sensor WHERE name = :sensor))
    GROUP BY eventid_id
)
SELECT t.value AS eventid, sum(i.events) AS events, min(i.first_us) AS first_us, max(i.last_us) AS last_us
FROM by_id AS i
JOIN text AS t ON t.text_id = i.eventid_id
GROUP BY t.value
ORDER BY events DESC, eventid;
