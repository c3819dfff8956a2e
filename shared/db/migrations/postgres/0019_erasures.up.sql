-- Who has erased themselves, for a day: the limits of verifications go on. `owner` is the SHA-256 of the sub.
CREATE TABLE erasures (owner text PRIMARY KEY, erased_at timestamptz NOT NULL);
