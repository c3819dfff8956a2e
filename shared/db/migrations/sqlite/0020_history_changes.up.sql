-- What a charger's detail shows beside what lists do, its verifications and their photos, changes its place in the feed as well:
-- answers are kept under that place, and must not outlive what they show. A tombstone stays.
CREATE TRIGGER verification_actions_changes_insert AFTER INSERT ON verification_actions BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER verification_actions_changes_update AFTER UPDATE ON verification_actions BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER verification_actions_changes_delete AFTER DELETE ON verification_actions BEGIN
    INSERT INTO charger_changes
    SELECT old.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER photos_changes_history AFTER UPDATE OF raw_key, state, hash8, link ON photos BEGIN
    INSERT INTO charger_changes
    SELECT v.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM verification_actions v, (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE v.photo_id = new.id
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
