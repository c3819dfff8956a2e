-- What a contributor has added, newest first. Most chargers come from data sets.
CREATE INDEX chargers_added_by ON chargers (added_by, created_at DESC, id DESC) WHERE added_by IS NOT NULL;
