-- Gives a user's matcher its place.
INSERT INTO matcher (matcher, name) VALUES (:matcher, :name)
