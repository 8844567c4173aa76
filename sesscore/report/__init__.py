"""Reports: statements of `sql/reports/` and of the user, run on one state of the database into a document."""
