-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS chargers_added_by;
