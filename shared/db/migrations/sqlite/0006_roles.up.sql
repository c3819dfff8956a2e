-- SQLite has no roles: whoever may write the file may do all.
SELECT 1;
