-- What contributors found at a charger, in their order.
CREATE TABLE verification_actions (
    id         TEXT PRIMARY KEY,
    charger_id TEXT NOT NULL REFERENCES chargers (id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL REFERENCES contributors (sub),
    action     TEXT NOT NULL CHECK (action IN ('active', 'partial', 'not_working')),
    notes      TEXT,
    timestamp  INTEGER NOT NULL
) STRICT;
CREATE INDEX verification_actions_charger ON verification_actions (charger_id, timestamp DESC, id DESC);
CREATE INDEX verification_actions_user ON verification_actions (user_id, timestamp DESC);
