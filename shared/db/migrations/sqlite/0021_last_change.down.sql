DROP TRIGGER chargers_changes_insert;
DROP TRIGGER chargers_changes_update;
DROP TRIGGER chargers_changes_delete;
DROP TRIGGER charger_status_changes;
DROP TRIGGER photos_changes_insert;
DROP TRIGGER photos_changes_update;
DROP TRIGGER photos_changes_leave;
DROP TRIGGER photos_changes_delete;
DROP TRIGGER verification_actions_changes_insert;
DROP TRIGGER verification_actions_changes_update;
DROP TRIGGER verification_actions_changes_delete;
DROP TRIGGER photos_changes_history;

CREATE TRIGGER chargers_changes_insert AFTER INSERT ON chargers BEGIN
    INSERT INTO charger_changes
    SELECT new.id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at, is_deleted = excluded.is_deleted;
END;
CREATE TRIGGER chargers_changes_update AFTER UPDATE ON chargers BEGIN
    INSERT INTO charger_changes
    SELECT new.id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER chargers_changes_delete AFTER DELETE ON chargers BEGIN
    INSERT INTO charger_changes
    SELECT old.id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 1
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at, is_deleted = excluded.is_deleted;
END;
CREATE TRIGGER charger_status_changes AFTER UPDATE OF available_ports, uptime_percentage, verified_by_count, last_verified ON charger_status BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER photos_changes_insert AFTER INSERT ON photos
    WHEN new.kind = 'charger' AND new.charger_id IS NOT NULL BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER photos_changes_update AFTER UPDATE OF charger_id, state, hash8, width, height, thumbhash, dominant_color, renditions, link ON photos
    WHEN new.kind = 'charger' AND new.charger_id IS NOT NULL BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER photos_changes_leave AFTER UPDATE OF charger_id ON photos
    WHEN old.kind = 'charger' AND old.charger_id IS NOT NULL AND new.charger_id IS NOT old.charger_id BEGIN
    INSERT INTO charger_changes
    SELECT old.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
CREATE TRIGGER photos_changes_delete AFTER DELETE ON photos
    WHEN old.kind = 'charger' AND old.charger_id IS NOT NULL AND old.state <> 'rejected' BEGIN
    INSERT INTO charger_changes
    SELECT old.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
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
