-- Who has erased themselves, for a day: the limits of verifications go on. `owner` is the SHA-256 of the sub.
CREATE TABLE erasures (owner TEXT PRIMARY KEY, erased_at INTEGER NOT NULL) STRICT;
