-- The contributor's picture.
ALTER TABLE contributors ADD COLUMN photo_id TEXT REFERENCES photos (id) ON DELETE SET NULL;
-- The address of a photo that is kept elsewhere: shown as it is, and nothing of it is ours to optimise, to count or to delete.
ALTER TABLE photos ADD COLUMN link TEXT;
