DROP TRIGGER chargers_facets_insert ON chargers;
DROP TRIGGER chargers_facets_delete ON chargers;
DROP TRIGGER chargers_facets_update ON chargers;
DROP FUNCTION count_charger_facets();
DROP TABLE charger_facets;
