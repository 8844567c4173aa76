-- Takes back 0006: descriptions, and views of what stands elsewhere.
DROP VIEW value_by_day;
DROP VIEW session_by_day;
DROP VIEW event_by_day;
DROP VIEW activity_list;
DROP VIEW packed_activity;
DROP VIEW session_list;
DROP TABLE column_description;

DROP VIEW session_activity;
CREATE VIEW session_activity AS
SELECT
    p.session_key,
    1 + j.key + (
        SELECT coalesce(sum(q.activity_count), 0)
        FROM part AS q
        WHERE q.session_key = p.session_key AND q.first_us < p.first_us
    ) AS seq,
    p.first_us + json_extract(j.value, '$[1]') AS at_us,
    k.name AS kind,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[4]' ELSE '$[2]' END)) AS value,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[2]' ELSE '$[4]' END)) AS username,
    CASE WHEN k.kind <= 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS password,
    CASE WHEN k.kind > 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS shasum
FROM part AS p
JOIN json_each(p.activities) AS j
JOIN activity_kind AS k ON k.kind = json_extract(j.value, '$[0]');
