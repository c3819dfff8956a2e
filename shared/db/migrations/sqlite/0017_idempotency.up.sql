-- Writes that came with an Idempotency-Key, for a day. `owner` is the SHA-256 of the sub. A row without an answer is a write that
-- somebody is at until `claimed_until`; after that, whoever sends it again takes it over, with the same `effect_id`.
CREATE TABLE idempotency_keys (
    owner         TEXT NOT NULL,
    key           TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    effect_id     TEXT NOT NULL,
    claimed_until INTEGER NOT NULL,
    answer        TEXT,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
