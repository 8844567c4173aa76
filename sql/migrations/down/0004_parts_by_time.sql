-- Takes back 0004: of a session of very many events each part is looked at for every batch that brings more.
DROP INDEX session_part_time;
