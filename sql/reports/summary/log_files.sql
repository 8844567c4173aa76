-- How many log files gave events, and how many were something else.
-- Columns: sources, alien_sources.
SELECT
    count(*) FILTER (WHERE state <> 'alien') AS sources,
    count(*) FILTER (WHERE state = 'alien') AS alien_sources
FROM source;
