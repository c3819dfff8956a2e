DROP TRIGGER chargers_facets_truncate ON chargers;
DROP FUNCTION empty_charger_facets();
