-- no-transaction
-- Who has verified a charger, and when they last did.
CREATE INDEX CONCURRENTLY IF NOT EXISTS verification_actions_person ON verification_actions (charger_id, user_id, timestamp DESC);
