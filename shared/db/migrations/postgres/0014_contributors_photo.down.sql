-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS contributors_photo;
