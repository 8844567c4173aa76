-- Whether there is a source whose last bytes are, or may be, the first half of an event: whether open_ends.sql gives one.
SELECT
    EXISTS (SELECT 1 FROM source WHERE pending_bytes > 0 OR half_bytes > 0)
    OR EXISTS (SELECT 1 FROM quarantine WHERE reason = 'unterminated')
