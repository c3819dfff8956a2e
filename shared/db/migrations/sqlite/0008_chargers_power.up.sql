-- The newest chargers of a least power or changed since a time, by the index alone. SQLite proves no `>= $4` of a parameter, so
-- the index is of all chargers.
CREATE INDEX chargers_power ON chargers
    (created_at DESC, id DESC, verification_level, port_mask, amenity_mask, max_power_kw, updated_at);
