-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS verification_actions_person;
