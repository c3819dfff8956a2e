-- What contributors found at a charger, in their order.
CREATE TABLE verification_actions (
    id         uuid PRIMARY KEY,
    charger_id uuid NOT NULL REFERENCES chargers (id) ON DELETE CASCADE,
    user_id    text NOT NULL REFERENCES contributors (sub),
    action     text NOT NULL CHECK (action IN ('active', 'partial', 'not_working')),
    notes      text,
    timestamp  timestamptz NOT NULL
);
CREATE INDEX verification_actions_charger ON verification_actions (charger_id, timestamp DESC, id DESC);
CREATE INDEX verification_actions_user ON verification_actions (user_id, timestamp DESC);
