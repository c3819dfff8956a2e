-- no-transaction
-- A photo belongs to one verification at most; and deleting a photo must not read every verification.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS verification_actions_photo ON verification_actions (photo_id) WHERE photo_id IS NOT NULL;
