ALTER TABLE photos DROP COLUMN made_with;
ALTER TABLE photos DROP COLUMN sequencer;
