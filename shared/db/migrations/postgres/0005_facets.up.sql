-- How many chargers there are of each level, ports and amenities: a total is one sum over a few hundred rows.
-- Statement-level triggers keep it: a single hot counter would serialise the writers.
CREATE TABLE charger_facets (
    verification_level smallint NOT NULL,
    port_mask          integer NOT NULL,
    amenity_mask       integer NOT NULL,
    n                  bigint NOT NULL,
    PRIMARY KEY (verification_level, port_mask, amenity_mask)
) WITH (fillfactor = 50);

INSERT INTO charger_facets
SELECT verification_level, port_mask, amenity_mask, count(*) FROM chargers GROUP BY 1, 2, 3;

-- The order within each statement keeps two writers from waiting for each other in a circle.
CREATE FUNCTION count_charger_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO charger_facets AS f
        SELECT verification_level, port_mask, amenity_mask, count(*) FROM added GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (verification_level, port_mask, amenity_mask) DO UPDATE SET n = f.n + excluded.n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO charger_facets AS f
        SELECT verification_level, port_mask, amenity_mask, -count(*) FROM removed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (verification_level, port_mask, amenity_mask) DO UPDATE SET n = f.n + excluded.n;
    ELSE
        INSERT INTO charger_facets AS f
        SELECT verification_level, port_mask, amenity_mask, sum(d) FROM (
            SELECT verification_level, port_mask, amenity_mask, 1 AS d FROM added
            UNION ALL
            SELECT verification_level, port_mask, amenity_mask, -1 FROM removed
        ) moved GROUP BY 1, 2, 3 HAVING sum(d) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (verification_level, port_mask, amenity_mask) DO UPDATE SET n = f.n + excluded.n;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER chargers_facets_insert AFTER INSERT ON chargers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_charger_facets();
CREATE TRIGGER chargers_facets_delete AFTER DELETE ON chargers
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_charger_facets();
CREATE TRIGGER chargers_facets_update AFTER UPDATE ON chargers
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_charger_facets();
