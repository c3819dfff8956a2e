-- How many chargers there are of each level, ports and amenities: a total is one sum over a few hundred rows.
-- SQLite has row-level triggers only; it also has only one writer, which is what makes them cheap.
CREATE TABLE charger_facets (
    verification_level INTEGER NOT NULL,
    port_mask          INTEGER NOT NULL,
    amenity_mask       INTEGER NOT NULL,
    n                  INTEGER NOT NULL,
    PRIMARY KEY (verification_level, port_mask, amenity_mask)
) STRICT, WITHOUT ROWID;

INSERT INTO charger_facets
SELECT verification_level, port_mask, amenity_mask, count(*) FROM chargers GROUP BY 1, 2, 3;

CREATE TRIGGER chargers_facets_insert AFTER INSERT ON chargers BEGIN
    INSERT INTO charger_facets VALUES (new.verification_level, new.port_mask, new.amenity_mask, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER chargers_facets_delete AFTER DELETE ON chargers BEGIN
    UPDATE charger_facets SET n = n - 1 WHERE (verification_level, port_mask, amenity_mask)
        = (old.verification_level, old.port_mask, old.amenity_mask);
END;
CREATE TRIGGER chargers_facets_update AFTER UPDATE OF verification_level, port_mask, amenity_mask ON chargers BEGIN
    UPDATE charger_facets SET n = n - 1 WHERE (verification_level, port_mask, amenity_mask)
        = (old.verification_level, old.port_mask, old.amenity_mask);
    INSERT INTO charger_facets VALUES (new.verification_level, new.port_mask, new.amenity_mask, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
