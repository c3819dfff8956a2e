-- Photos: never the bytes, only where they are and what became of them.
CREATE TABLE photos (
    id             uuid PRIMARY KEY,
    charger_id     uuid REFERENCES chargers (id) ON DELETE SET NULL,
    owner          text NOT NULL REFERENCES contributors (sub),
    kind           text NOT NULL CHECK (kind IN ('charger', 'verification', 'profile')),
    raw_key        text NOT NULL UNIQUE,
    hash8          text,
    -- Of the object that was last dealt with: a second delivery of its event changes nothing.
    etag           text,
    state          text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'ready', 'rejected')),
    reason         text,
    width          integer,
    height         integer,
    thumbhash      text,
    dominant_color text,
    renditions     jsonb NOT NULL DEFAULT '[]',
    created_at     timestamptz NOT NULL
);
CREATE INDEX photos_charger ON photos (charger_id, created_at, id) WHERE charger_id IS NOT NULL;
CREATE INDEX photos_owner ON photos (owner);
