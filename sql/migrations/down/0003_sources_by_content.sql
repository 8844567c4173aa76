-- Takes back 0003: files that were moved or compressed are read again, and what they hold is known.
DROP TABLE source_copy;
DROP INDEX source_head;
