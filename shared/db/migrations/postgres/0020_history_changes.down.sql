DROP TRIGGER photos_changes_history ON photos;
DROP TRIGGER verification_actions_changes_truncate ON verification_actions;
DROP TRIGGER verification_actions_changes_delete ON verification_actions;
DROP TRIGGER verification_actions_changes_update ON verification_actions;
DROP TRIGGER verification_actions_changes_insert ON verification_actions;
DROP FUNCTION note_history_changes();
CREATE OR REPLACE FUNCTION note_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION move_in_feed(uuid[]);
