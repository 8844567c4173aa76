-- The matchers that the database knows. Columns: matcher, name.
SELECT matcher, name FROM matcher ORDER BY matcher
