DROP INDEX chargers_power;
