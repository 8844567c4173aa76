-- Sessions that began in the period and pass all filters that are given, by their start.
-- Filters and columns are those of sorted.sql. Texts are looked up once, then sessions are asked for their ids.
-- title: Sessions
-- parameters:
--   src text = NULL: sessions from an address or a network: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32
--   protocol text = NULL: sessions by a protocol, like ssh
--   command text = NULL: sessions that typed a command with this text in it
--   username text = NULL: sessions that tried this user name
--   password text = NULL: sessions that tried this password, with --username both at once
--   hash text = NULL: sessions with a file or TTY log of this SHA-256
--   tty text of yes|no = NULL: sessions with a TTY log, or without one
--   tty_log text = NULL: sessions with a TTY log of this name or hash
--   hassh text = NULL: sessions of clients with this HASSH
--   client_version text = NULL: sessions of clients that call themselves so
--   match_type text = NULL: full_delimited, session_id_only or event_session
--   min_events integer = 0: at least so many events
--   min_commands integer = 0: at least so many commands
--   min_logins integer = 0: at least so many login tries
--   min_downloads integer = 0: at least so many downloads
--   min_uploads integer = 0: at least so many uploads
--   sort text = started: started, ended, duration, events, commands, logins, downloads or uploads; with a minus in front the largest first
--   limit integer = NULL: rows of a page
--   after text = NULL: the page after one, by the token that stands below it
-- given:
--   sources text = NULL: the ids of the addresses that are meant, as JSON; NULL: any
--   after_us integer = NULL: the row that the page comes after
--   after_sensor text = NULL: the row that the page comes after
--   after_id text = NULL: the row that the page comes after
--   most integer = -1: rows at the most
-- columns:
--   session_key count unseen
--   sensor text
--   session_id text whole as session
--   match_type text unseen
--   src_ip text whole
--   src_port number unseen
--   dst_ip text unseen
--   dst_port number unseen
--   protocol text unseen
--   started_us number unseen
--   ended_us number unseen
--   started moment
--   ended moment unseen
--   duration_ms milliseconds as duration
--   event_count count as events
--   command_count count as commands
--   command_failed_count count unseen
--   command_success_count count unseen
--   login_failed_count count unseen
--   login_success_count count as got in
--   download_count count unseen
--   download_failed_count count unseen
--   upload_count count unseen
--   tcpip_request_count count unseen
--   client_version text unseen
--   hassh text unseen
--   matcher text unseen
--   vt_flagged count unseen
--   dshield_flagged count unseen
SELECT
    m.session_key,
    m.sensor,
    m.session_id,
    m.match_type,
    m.src_ip,
    m.src_port,
    m.dst_ip,
    m.dst_port,
    m.protocol,
    m.started_us,
    m.ended_us,
    m.started_us AS started,
    m.ended_us AS ended,
    m.duration_ms,
    m.event_count,
    m.command_count,
    m.command_failed_count,
    m.command_success_count,
    m.login_failed_count,
    m.login_success_count,
    m.download_count,
    m.download_failed_count,
    m.upload_count,
    m.tcpip_request_count,
    m.client_version,
    m.hassh,
    m.matcher,
    m.vt_flagged,
    m.dshield_flagged
FROM session_metrics AS m
WHERE m.started_us >= max(:since_us, coalesce(:after_us, :since_us))
    AND m.started_us < :until_us
    AND (:after_us IS NULL OR (m.started_us, m.sensor, m.session_id) > (:after_us, :after_sensor, :after_id))
    AND (:sensor IS NULL OR m.sensor = :sensor)
    AND (:sources IS NULL OR m.session_key IN (
        SELECT q.session_key FROM session AS q
        WHERE q.session_key = m.session_key AND q.src_ip_id IN (SELECT value FROM json_each(:sources))
    ))
    AND (:protocol IS NULL OR m.protocol = :protocol)
    AND (:hassh IS NULL OR m.hassh = :hassh)
    AND (:client_version IS NULL OR m.client_version = :client_version)
    AND (:match_type IS NULL OR m.match_type = :match_type)
    AND m.event_count >= :min_events
    AND m.command_count >= :min_commands
    AND m.login_failed_count + m.login_success_count >= :min_logins
    AND m.download_count >= :min_downloads
    AND m.upload_count >= :min_uploads
    AND (:command IS NULL OR m.command_count > 0 AND EXISTS (
        SELECT 1 FROM part AS p, json_each(p.activities) AS j
        WHERE p.session_key = m.session_key
            AND j.value ->> 0 = 3
            AND j.value ->> 2 IN (SELECT text_id FROM text WHERE instr(value, :command))
    ))
    AND (:username IS NULL AND :password IS NULL OR EXISTS (
        SELECT 1 FROM part AS p, json_each(p.activities) AS j
        WHERE p.session_key = m.session_key
            AND j.value ->> 0 <= 2
            AND (:username IS NULL OR j.value ->> 2 IN (SELECT text_id FROM text WHERE value = :username))
            AND (:password IS NULL OR j.value ->> 3 IN (SELECT text_id FROM text WHERE value = :password))
    ))
    AND (:hash IS NULL OR EXISTS (
        SELECT 1 FROM part AS p, json_each(p.activities) AS j
        WHERE p.session_key = m.session_key
            AND j.value ->> 0 > 2
            AND j.value ->> 3 IN (SELECT text_id FROM text WHERE value = :hash)
    ))
    AND (:tty IS NULL OR (:tty = 'yes') = EXISTS (
        SELECT 1 FROM part AS p, json_each(p.activities) AS j
        WHERE p.session_key = m.session_key AND j.value ->> 0 = 10
    ))
    AND (:tty_log IS NULL OR EXISTS (
        SELECT 1 FROM part AS p, json_each(p.activities) AS j
        WHERE p.session_key = m.session_key
            AND j.value ->> 0 = 10
            AND (
                j.value ->> 2 IN (SELECT text_id FROM text WHERE value = :tty_log)
                OR j.value ->> 3 IN (SELECT text_id FROM text WHERE value = :tty_log)
            )
    ))
ORDER BY m.started_us, m.sensor, m.session_id
LIMIT :most;
