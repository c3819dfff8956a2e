-- What offline clients follow: for each charger that ever was, the latest change of what lists show of it. A deletion leaves its row.
-- SQLite has one writer, so changes are numbered in the order in which they are committed.
CREATE TABLE charger_changes (
    -- No foreign key: the row outlives the charger.
    charger_id TEXT PRIMARY KEY,
    created_in INTEGER NOT NULL,
    changed_in INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX charger_changes_order ON charger_changes (changed_in, charger_id);

INSERT INTO charger_changes
SELECT id, row_number() OVER (ORDER BY id), row_number() OVER (ORDER BY id), updated_at, 0 FROM chargers;

-- A tombstone is written over by the charger's own return alone, never by what a deletion does to its photos.
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
-- `scored_at` is shown nowhere.
CREATE TRIGGER charger_status_changes AFTER UPDATE OF available_ports, uptime_percentage, verified_by_count, last_verified ON charger_status BEGIN
    INSERT INTO charger_changes
    SELECT new.charger_id, n, n, CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000, 0
    FROM (SELECT coalesce(max(changed_in), 0) + 1 AS n FROM charger_changes) WHERE true
    ON CONFLICT (charger_id) DO UPDATE SET changed_in = excluded.changed_in, changed_at = excluded.changed_at WHERE NOT is_deleted;
END;
-- Of what a charger shows: a photo that comes, goes, or looks different.
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
