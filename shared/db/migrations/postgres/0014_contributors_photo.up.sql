-- no-transaction
-- Deleting a photo must not read every contributor.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS contributors_photo ON contributors (photo_id) WHERE photo_id IS NOT NULL;
