-- The pieces that were counted.
DELETE FROM temp.piece;
