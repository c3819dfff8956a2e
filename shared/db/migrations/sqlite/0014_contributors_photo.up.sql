-- Deleting a photo must not read every contributor.
CREATE UNIQUE INDEX contributors_photo ON contributors (photo_id) WHERE photo_id IS NOT NULL;
