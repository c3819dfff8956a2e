ALTER TABLE photos DROP COLUMN link;
ALTER TABLE contributors DROP COLUMN photo_id;
