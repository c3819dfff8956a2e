-- The tables of the original system, as its ORM makes them, and two of those that are not carried.
CREATE TABLE users (
    id varchar PRIMARY KEY,
    email varchar UNIQUE,
    name varchar,
    picture text,
    shara_coins integer DEFAULT 0,
    verifications_count integer DEFAULT 0,
    chargers_added integer DEFAULT 0,
    photos_uploaded integer DEFAULT 0,
    reports_submitted integer DEFAULT 0,
    trust_score double precision DEFAULT 0,
    is_guest boolean DEFAULT false,
    created_at timestamp
);
CREATE TABLE chargers (
    id varchar PRIMARY KEY,
    name varchar,
    address varchar,
    latitude double precision,
    longitude double precision,
    port_types varchar[],
    available_ports integer,
    total_ports integer,
    source_type varchar,
    verification_level integer,
    added_by varchar,
    amenities varchar[],
    nearby_amenities varchar[],
    photos text[],
    last_verified timestamp,
    uptime_percentage double precision,
    verified_by_count integer,
    notes text,
    created_at timestamp
);
CREATE TABLE verification_actions (
    id serial PRIMARY KEY,
    charger_id varchar,
    user_id varchar,
    action varchar,
    timestamp timestamp,
    notes text,
    wait_time integer,
    port_type_used varchar,
    ports_available integer,
    charging_success boolean,
    payment_method varchar,
    station_lighting varchar,
    cleanliness_rating integer,
    charging_speed_rating integer,
    amenities_rating integer,
    would_recommend boolean,
    photo_url text
);
CREATE TABLE user_sessions (id varchar PRIMARY KEY, user_id varchar, token varchar);
CREATE TABLE oauth_accounts (id varchar PRIMARY KEY, user_id varchar, access_token varchar);
