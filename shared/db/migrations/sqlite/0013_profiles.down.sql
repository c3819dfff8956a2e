-- Without its address a photo that is kept elsewhere is nothing.
DELETE FROM photos WHERE link IS NOT NULL;
ALTER TABLE photos DROP COLUMN link;
ALTER TABLE contributors DROP COLUMN photo_id;
