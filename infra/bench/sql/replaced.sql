-- The tables of the system that this one replaces (docs: what `ops import` reads), filled with the same chargers. Without the photos
-- in base64 that its rows carry, and with five verifications of a charger at most: both flatter it.
CREATE SCHEMA replaced;

CREATE TABLE replaced.chargers (
    id varchar PRIMARY KEY, name varchar, address varchar, latitude double precision, longitude double precision,
    port_types varchar[], available_ports integer, total_ports integer, source_type varchar, verification_level integer,
    added_by varchar, amenities varchar[], nearby_amenities varchar[], photos text[], last_verified timestamptz,
    uptime_percentage double precision, verified_by_count integer, notes varchar, created_at timestamptz
);

INSERT INTO replaced.chargers
WITH ports AS MATERIALIZED (
    SELECT port_mask, array(SELECT word FROM port_words WHERE bit & port_mask <> 0)::varchar[] AS words
    FROM (SELECT DISTINCT port_mask FROM charger_facets) masks
), amenities AS MATERIALIZED (
    SELECT amenity_mask, array(SELECT word FROM amenity_words WHERE bit & amenity_mask <> 0)::varchar[] AS words
    FROM (SELECT DISTINCT amenity_mask FROM charger_facets) masks
)
SELECT c.id, c.name, c.address, c.lat, c.lng, p.words, s.available_ports, c.total_ports, c.source_type, c.verification_level,
       c.added_by, a.words, '{}', '{}', s.last_verified, s.uptime_percentage, s.verified_by_count, c.notes, c.created_at
FROM chargers c JOIN charger_status s ON s.charger_id = c.id
JOIN ports p USING (port_mask) JOIN amenities a USING (amenity_mask);

CREATE TABLE replaced.verification_actions (
    id bigint GENERATED ALWAYS AS IDENTITY, charger_id varchar, user_id varchar, action varchar, "timestamp" timestamptz,
    notes varchar, wait_time integer, port_type_used varchar, ports_available integer, charging_success boolean,
    payment_method varchar, station_lighting varchar, cleanliness_rating integer, charging_speed_rating integer,
    amenities_rating integer, would_recommend boolean, photo_url text
);

INSERT INTO replaced.verification_actions (charger_id, user_id, action, "timestamp", wait_time, would_recommend)
SELECT id, 'user-' || n, 'active', last_verified - n * interval '9 days', n, true
FROM replaced.chargers, generate_series(1, least(verified_by_count, 5)) n;

CREATE INDEX ON replaced.chargers (latitude, longitude);
CREATE INDEX ON replaced.chargers (verification_level);
CREATE INDEX ON replaced.chargers USING gin (port_types);
CREATE INDEX ON replaced.chargers USING gin (amenities);
CREATE INDEX ON replaced.verification_actions (charger_id);
