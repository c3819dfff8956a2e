-- Who contributes. `sub` is the subject of the identity token; a row is made by the first write.
CREATE TABLE contributors (
    sub             text PRIMARY KEY,
    chargers_added  integer NOT NULL DEFAULT 0,
    verifications   integer NOT NULL DEFAULT 0,
    photos_uploaded integer NOT NULL DEFAULT 0,
    trust_score     integer NOT NULL DEFAULT 0 CHECK (trust_score BETWEEN 0 AND 100),
    created_at      timestamptz NOT NULL
);
