-- Writes that came with an Idempotency-Key, for a day. `owner` is the SHA-256 of the sub. A row without an answer is a write that
-- somebody is at until `claimed_until`; after that, whoever sends it again takes it over, with the same `effect_id`.
CREATE TABLE idempotency_keys (
    owner         text NOT NULL,
    key           text NOT NULL,
    fingerprint   text NOT NULL,
    effect_id     uuid NOT NULL,
    claimed_until timestamptz NOT NULL,
    answer        jsonb,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
