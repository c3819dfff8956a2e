-- Positions alone, with the index that comes to mind first.
CREATE SCHEMA boxed;
CREATE TABLE boxed.chargers (id uuid PRIMARY KEY, lat double precision NOT NULL, lng double precision NOT NULL);
INSERT INTO boxed.chargers SELECT id, lat, lng FROM chargers;
CREATE INDEX ON boxed.chargers (lat, lng);
