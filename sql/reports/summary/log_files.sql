-- How many log files gave events, and how many were something else.
-- title: Log files
-- shape: figures
-- columns:
--   sources count
--   alien_sources count
SELECT
    count(*) FILTER (WHERE state <> 'alien') AS sources,
    count(*) FILTER (WHERE state = 'alien') AS alien_sources
FROM source;
