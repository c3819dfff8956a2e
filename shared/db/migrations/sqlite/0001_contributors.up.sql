-- Who contributes. `sub` is the subject of the identity token; a row is made by the first write.
-- Ids are lower-case hyphenated text, times are microseconds since 1970.
CREATE TABLE contributors (
    sub             TEXT PRIMARY KEY,
    chargers_added  INTEGER NOT NULL DEFAULT 0,
    verifications   INTEGER NOT NULL DEFAULT 0,
    photos_uploaded INTEGER NOT NULL DEFAULT 0,
    trust_score     INTEGER NOT NULL DEFAULT 0 CHECK (trust_score BETWEEN 0 AND 100),
    created_at      INTEGER NOT NULL
) STRICT;
