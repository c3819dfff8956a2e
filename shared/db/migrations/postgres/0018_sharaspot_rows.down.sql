DROP TABLE sharaspot_rows;
