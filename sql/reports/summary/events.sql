-- How many events of each event id, and when the first and the last came.
-- title: Events
-- columns:
--   eventid text
--   events count bar
--   first_event moment
--   last_event moment
WITH by_id AS (
    SELECT eventid_id, sum(events) AS events, min(first_us) AS first_us, max(last_us) AS last_us
    FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
        AND (:sensor_id IS NULL OR sensor_id = :sensor_id)
    GROUP BY eventid_id
)
SELECT t.value AS eventid, sum(i.events) AS events, min(i.first_us) AS first_event, max(i.last_us) AS last_event
FROM by_id AS i
JOIN text AS t ON t.text_id = i.eventid_id
GROUP BY t.value
ORDER BY events DESC, eventid;
