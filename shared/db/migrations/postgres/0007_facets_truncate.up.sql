-- TRUNCATE is none of the changes that the other triggers see. It waits for every writer of chargers, so nobody counts meanwhile.
CREATE FUNCTION empty_charger_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM charger_facets;
    RETURN NULL;
END $$;

CREATE TRIGGER chargers_facets_truncate AFTER TRUNCATE ON chargers
    FOR EACH STATEMENT EXECUTE FUNCTION empty_charger_facets();
