DROP TABLE charger_status;
DROP TABLE charger_connectors;
DROP TABLE chargers;
