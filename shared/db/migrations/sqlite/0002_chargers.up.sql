-- Chargers. `cell` is the S2 leaf cell of the position, shifted right by one: key ranges cover any area on Earth.
CREATE TABLE chargers (
    id                 TEXT PRIMARY KEY,
    name               TEXT NOT NULL,
    address            TEXT NOT NULL,
    lat                REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lng                REAL NOT NULL CHECK (lng BETWEEN -180 AND 180),
    cell               INTEGER NOT NULL CHECK (cell >= 0),
    port_mask          INTEGER NOT NULL,
    amenity_mask       INTEGER NOT NULL,
    max_power_kw       REAL,
    total_ports        INTEGER NOT NULL CHECK (total_ports >= 0),
    operator           TEXT,
    source_type        TEXT NOT NULL,
    source             TEXT,
    source_id          TEXT,
    -- What the data set said when the row was last imported: an import changes nothing while it says the same.
    import_hash        INTEGER,
    verification_level INTEGER NOT NULL DEFAULT 1 CHECK (verification_level BETWEEN 1 AND 5),
    added_by           TEXT REFERENCES contributors (sub),
    notes              TEXT,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    UNIQUE (source, source_id)
) STRICT;

CREATE INDEX chargers_cell ON chargers
    (cell, id, lat, lng, created_at, verification_level, port_mask, amenity_mask);
CREATE INDEX chargers_created ON chargers
    (created_at DESC, id DESC, verification_level, port_mask, amenity_mask);
CREATE INDEX chargers_facet ON chargers (verification_level, port_mask, amenity_mask, created_at DESC, id DESC);
CREATE INDEX chargers_updated ON chargers (updated_at);

CREATE TABLE charger_connectors (
    charger_id TEXT NOT NULL REFERENCES chargers (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    -- One bit of the port vocabulary.
    port       INTEGER NOT NULL,
    power_kw   REAL,
    count      INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (charger_id, position)
) STRICT;

-- The volatile columns, apart: their updates leave the chargers' pages visible to index-only scans.
CREATE TABLE charger_status (
    charger_id        TEXT PRIMARY KEY REFERENCES chargers (id) ON DELETE CASCADE,
    available_ports   INTEGER,
    uptime_percentage REAL,
    verified_by_count INTEGER NOT NULL DEFAULT 0,
    last_verified     INTEGER,
    scored_at         INTEGER
) STRICT;
