-- Positions alone, as PostGIS keeps what is measured on the spheroid.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE SCHEMA geographic;
CREATE TABLE geographic.chargers (id uuid PRIMARY KEY, place geography(Point, 4326) NOT NULL);
INSERT INTO geographic.chargers SELECT id, ST_SetSRID(ST_MakePoint(lng, lat), 4326)::geography FROM chargers;
CREATE INDEX ON geographic.chargers USING gist (place);
