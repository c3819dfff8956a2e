-- Chargers. `cell` is the S2 leaf cell of the position, shifted right by one: key ranges cover any area on Earth.
CREATE TABLE chargers (
    id                 uuid PRIMARY KEY,
    name               text NOT NULL,
    address            text NOT NULL,
    lat                double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lng                double precision NOT NULL CHECK (lng BETWEEN -180 AND 180),
    cell               bigint NOT NULL CHECK (cell >= 0),
    port_mask          integer NOT NULL,
    amenity_mask       integer NOT NULL,
    max_power_kw       double precision,
    total_ports        integer NOT NULL CHECK (total_ports >= 0),
    operator           text,
    source_type        text NOT NULL,
    source             text,
    source_id          text,
    -- What the data set said when the row was last imported: an import changes nothing while it says the same.
    import_hash        bigint,
    verification_level smallint NOT NULL DEFAULT 1 CHECK (verification_level BETWEEN 1 AND 5),
    added_by           text REFERENCES contributors (sub),
    notes              text,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    UNIQUE (source, source_id)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);

CREATE INDEX chargers_cell ON chargers (cell)
    INCLUDE (id, lat, lng, created_at, verification_level, port_mask, amenity_mask);
CREATE INDEX chargers_created ON chargers (created_at DESC, id DESC)
    INCLUDE (verification_level, port_mask, amenity_mask);
CREATE INDEX chargers_facet ON chargers (verification_level, port_mask, amenity_mask, created_at DESC, id DESC);
CREATE INDEX chargers_updated ON chargers (updated_at);

CREATE TABLE charger_connectors (
    charger_id uuid NOT NULL REFERENCES chargers (id) ON DELETE CASCADE,
    position   smallint NOT NULL,
    -- One bit of the port vocabulary.
    port       integer NOT NULL,
    power_kw   double precision,
    count      integer NOT NULL CHECK (count > 0),
    PRIMARY KEY (charger_id, position)
);

-- The volatile columns, apart: their updates leave the chargers' pages visible to index-only scans.
CREATE TABLE charger_status (
    charger_id        uuid PRIMARY KEY REFERENCES chargers (id) ON DELETE CASCADE,
    available_ports   integer,
    uptime_percentage double precision,
    verified_by_count integer NOT NULL DEFAULT 0,
    last_verified     timestamptz,
    scored_at         timestamptz
) WITH (fillfactor = 80);
