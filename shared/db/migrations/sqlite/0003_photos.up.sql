-- Photos: never the bytes, only where they are and what became of them.
CREATE TABLE photos (
    id             TEXT PRIMARY KEY,
    charger_id     TEXT REFERENCES chargers (id) ON DELETE SET NULL,
    owner          TEXT NOT NULL REFERENCES contributors (sub),
    kind           TEXT NOT NULL CHECK (kind IN ('charger', 'verification', 'profile')),
    raw_key        TEXT NOT NULL UNIQUE,
    hash8          TEXT,
    -- Of the object that was last dealt with: a second delivery of its event changes nothing.
    etag           TEXT,
    state          TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'ready', 'rejected')),
    reason         TEXT,
    width          INTEGER,
    height         INTEGER,
    thumbhash      TEXT,
    dominant_color TEXT,
    renditions     TEXT NOT NULL DEFAULT '[]',
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX photos_charger ON photos (charger_id, created_at, id) WHERE charger_id IS NOT NULL;
CREATE INDEX photos_owner ON photos (owner);
