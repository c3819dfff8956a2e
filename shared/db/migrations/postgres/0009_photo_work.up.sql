-- Of the event that was last dealt with: S3 delivers twice and out of order, and an earlier event has nothing left to do.
ALTER TABLE photos ADD COLUMN sequencer text;
-- The settings that the photo was last dealt with: `ops reprocess` takes those that differ from today's.
ALTER TABLE photos ADD COLUMN made_with text;
