-- SQLite has no TRUNCATE: a DELETE of all rows fires the trigger of every row.
SELECT 1;
