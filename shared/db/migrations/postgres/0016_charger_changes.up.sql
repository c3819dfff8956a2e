-- What offline clients follow: for each charger that ever was, the latest change of what lists show of it. A deletion leaves its row.
--
-- `changed_in` is the number of a transaction, and numbers are drawn in another order than transactions commit in. Whoever reads
-- takes only rows below pg_snapshot_xmin(pg_current_snapshot()), below which every transaction has ended: nothing that commits
-- late is ever passed over. A change never gets a lower number than its charger had: a transaction of a low number that is still at
-- work has kept every reader below that number, so the higher one is still ahead of them.
--
-- The numbers are those of this server. After a dump is restored into another one, whose numbers may be lower, all of them must be
-- set anew, in one transaction and before the first reader comes:
--   UPDATE charger_changes SET created_in = pg_current_xact_id()::text::bigint, changed_in = pg_current_xact_id()::text::bigint;
CREATE TABLE charger_changes (
    -- No foreign key: the row outlives the charger.
    charger_id uuid PRIMARY KEY,
    created_in bigint NOT NULL,
    changed_in bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    is_deleted boolean NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01);

-- In each statement the chargers come in the order of their ids: two writers never wait for each other in a circle. A tombstone is
-- written over by the charger's own return alone, never by what a deletion does to its photos and its status.
CREATE FUNCTION note_charger_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := pg_current_xact_id()::text::bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
        SELECT id, number, number, now(), false FROM added ORDER BY id
        ON CONFLICT (charger_id) DO UPDATE SET changed_in = greatest(c.changed_in, excluded.changed_in),
            changed_at = excluded.changed_at, is_deleted = false;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
        SELECT a.id, number, number, now(), false FROM added a JOIN removed r USING (id)
        WHERE a IS DISTINCT FROM r ORDER BY a.id
        ON CONFLICT (charger_id) DO UPDATE SET changed_in = greatest(c.changed_in, excluded.changed_in),
            changed_at = excluded.changed_at WHERE NOT c.is_deleted;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
        SELECT id, number, number, now(), true FROM removed ORDER BY id
        ON CONFLICT (charger_id) DO UPDATE SET changed_in = greatest(c.changed_in, excluded.changed_in),
            changed_at = excluded.changed_at, is_deleted = true;
    ELSE
        -- TRUNCATE waits for every writer of chargers and says nothing of the rows.
        UPDATE charger_changes SET changed_in = greatest(changed_in, number), changed_at = now(), is_deleted = true
        WHERE NOT is_deleted;
    END IF;
    RETURN NULL;
END $$;

-- `scored_at` is shown nowhere.
CREATE FUNCTION note_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := pg_current_xact_id()::text::bigint;
BEGIN
    INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
    SELECT a.charger_id, number, number, now(), false FROM added a JOIN removed r USING (charger_id)
    WHERE (a.available_ports, a.uptime_percentage, a.verified_by_count, a.last_verified)
        IS DISTINCT FROM (r.available_ports, r.uptime_percentage, r.verified_by_count, r.last_verified)
    ORDER BY a.charger_id
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = greatest(c.changed_in, excluded.changed_in),
        changed_at = excluded.changed_at WHERE NOT c.is_deleted;
    RETURN NULL;
END $$;

-- Of what a charger shows: a photo that comes, goes, or looks different.
CREATE FUNCTION note_photo_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := pg_current_xact_id()::text::bigint;
    ids    uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        ids := ARRAY(SELECT charger_id FROM added WHERE kind = 'charger');
    ELSIF TG_OP = 'DELETE' THEN
        ids := ARRAY(SELECT charger_id FROM removed WHERE kind = 'charger' AND state <> 'rejected');
    ELSE
        ids := ARRAY(
            SELECT unnest(ARRAY[a.charger_id, r.charger_id]) FROM added a JOIN removed r USING (id)
            WHERE a.kind = 'charger' AND (a.charger_id, a.state, a.hash8, a.width, a.height, a.thumbhash, a.dominant_color,
                a.renditions, a.link) IS DISTINCT FROM (r.charger_id, r.state, r.hash8, r.width, r.height, r.thumbhash,
                r.dominant_color, r.renditions, r.link));
    END IF;
    INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
    SELECT DISTINCT id, number, number, now(), false FROM unnest(ids) id WHERE id IS NOT NULL ORDER BY id
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = greatest(c.changed_in, excluded.changed_in),
        changed_at = excluded.changed_at WHERE NOT c.is_deleted;
    RETURN NULL;
END $$;

-- From here on nobody writes chargers until the table has those that are there.
CREATE TRIGGER chargers_changes_insert AFTER INSERT ON chargers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_charger_changes();
CREATE TRIGGER chargers_changes_update AFTER UPDATE ON chargers
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_charger_changes();
CREATE TRIGGER chargers_changes_delete AFTER DELETE ON chargers
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_charger_changes();
CREATE TRIGGER chargers_changes_truncate AFTER TRUNCATE ON chargers
    FOR EACH STATEMENT EXECUTE FUNCTION note_charger_changes();
CREATE TRIGGER charger_status_changes AFTER UPDATE ON charger_status
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_status_changes();
CREATE TRIGGER photos_changes_insert AFTER INSERT ON photos
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_photo_changes();
CREATE TRIGGER photos_changes_update AFTER UPDATE ON photos
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_photo_changes();
CREATE TRIGGER photos_changes_delete AFTER DELETE ON photos
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_photo_changes();

INSERT INTO charger_changes
SELECT id, pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint, updated_at, false FROM chargers;

CREATE UNIQUE INDEX charger_changes_order ON charger_changes (changed_in, charger_id);
