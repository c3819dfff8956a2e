-- PostgreSQL numbers changes by their transactions, and looks for no last number.
SELECT 1;
