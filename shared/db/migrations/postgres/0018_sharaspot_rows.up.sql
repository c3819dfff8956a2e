-- What has come from the original system, by its id here. It outlives the row itself: what was deleted here since, or who, does
-- not come again with the next import.
CREATE TABLE sharaspot_rows (id uuid PRIMARY KEY);
