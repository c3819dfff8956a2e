-- What a charger's detail shows beside what lists do, its verifications and their photos, changes its place in the feed as well:
-- answers are kept under that place, and must not outlive what they show.

-- To the end of the feed with these chargers, in the order of their ids. Once in a transaction is enough, and a place with a higher
-- number stays: whoever has it drew it while this transaction was at work, which has kept every reader below both. A tombstone
-- stays, too.
CREATE FUNCTION move_in_feed(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    number bigint := pg_current_xact_id()::text::bigint;
BEGIN
    INSERT INTO charger_changes AS c (charger_id, created_in, changed_in, changed_at, is_deleted)
    SELECT DISTINCT u.id, number, number, now(), false FROM unnest(ids) AS u (id)
    WHERE NOT EXISTS (SELECT FROM charger_changes k WHERE k.charger_id = u.id AND (k.is_deleted OR k.changed_in >= number))
    ORDER BY u.id
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at
        WHERE NOT c.is_deleted AND c.changed_in < excluded.changed_in;
END $$;

CREATE FUNCTION note_history_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_TABLE_NAME = 'photos' THEN
        ids := ARRAY(
            SELECT v.charger_id FROM added a JOIN removed r USING (id) JOIN verification_actions v ON v.photo_id = a.id
            WHERE (a.raw_key, a.state, a.hash8, a.link) IS DISTINCT FROM (r.raw_key, r.state, r.hash8, r.link));
    ELSIF TG_OP = 'INSERT' THEN
        ids := ARRAY(SELECT charger_id FROM added);
    ELSIF TG_OP = 'DELETE' THEN
        ids := ARRAY(SELECT charger_id FROM removed);
    ELSIF TG_OP = 'UPDATE' THEN
        ids := ARRAY(SELECT a.charger_id FROM added a JOIN removed r USING (id) WHERE a IS DISTINCT FROM r);
    ELSE
        ids := ARRAY(SELECT charger_id FROM charger_changes WHERE NOT is_deleted);
    END IF;
    PERFORM move_in_feed(ids);
    RETURN NULL;
END $$;

-- As before, but once: who verifies a charger has moved it already.
CREATE OR REPLACE FUNCTION note_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM move_in_feed(ARRAY(
        SELECT a.charger_id FROM added a JOIN removed r USING (charger_id)
        WHERE (a.available_ports, a.uptime_percentage, a.verified_by_count, a.last_verified)
            IS DISTINCT FROM (r.available_ports, r.uptime_percentage, r.verified_by_count, r.last_verified)));
    RETURN NULL;
END $$;

CREATE TRIGGER verification_actions_changes_insert AFTER INSERT ON verification_actions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_history_changes();
CREATE TRIGGER verification_actions_changes_update AFTER UPDATE ON verification_actions
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_history_changes();
CREATE TRIGGER verification_actions_changes_delete AFTER DELETE ON verification_actions
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_history_changes();
CREATE TRIGGER verification_actions_changes_truncate AFTER TRUNCATE ON verification_actions
    FOR EACH STATEMENT EXECUTE FUNCTION note_history_changes();
CREATE TRIGGER photos_changes_history AFTER UPDATE ON photos
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_history_changes();
