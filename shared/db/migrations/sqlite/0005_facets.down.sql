DROP TRIGGER chargers_facets_insert;
DROP TRIGGER chargers_facets_delete;
DROP TRIGGER chargers_facets_update;
DROP TABLE charger_facets;
