DROP INDEX chargers_added_by;
