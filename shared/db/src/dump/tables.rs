//! What is carried: every table with its columns, held against the real schema of both engines by a test.

/// How a column is kept and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `uuid`, hyphenated text in SQLite and on the line.
    Uuid,
    /// Text.
    Text,
    /// A double; on the line the shortest number that reads as it.
    Float,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `boolean`, 0 and 1 in SQLite.
    Bool,
    /// `timestamptz`, microseconds since 1970 in SQLite, RFC 3339 on the line.
    Time,
    /// `jsonb`, text in SQLite; on the line with its keys in order.
    Json,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How many of the first columns are its primary key, in whose order rows are read.
    pub(super) key: usize,
    /// The columns that are carried.
    pub columns: &'static [Column],
    /// Columns that hold numbers of the server, which a load draws anew.
    pub numbered: &'static [&'static str],
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const fn table(name: &'static str, key: usize, columns: &'static [Column]) -> Table {
    Table { name, key, columns, numbered: &[] }
}

/// Every table, after those that it refers to; only a contributor's picture comes later than the contributor.
pub const TABLES: &[Table] = {
    use Kind::{Bool, Float, Int2, Int4, Int8, Json, Text, Time, Uuid};
    &[
        table(
            "contributors",
            1,
            &[
                column("sub", Text),
                column("chargers_added", Int4),
                column("verifications", Int4),
                column("photos_uploaded", Int4),
                column("trust_score", Int4),
                column("created_at", Time),
                column("photo_id", Uuid),
            ],
        ),
        table(
            "chargers",
            1,
            &[
                column("id", Uuid),
                column("name", Text),
                column("address", Text),
                column("lat", Float),
                column("lng", Float),
                column("cell", Int8),
                column("port_mask", Int4),
                column("amenity_mask", Int4),
                column("max_power_kw", Float),
                column("total_ports", Int4),
                column("operator", Text),
                column("source_type", Text),
                column("source", Text),
                column("source_id", Text),
                column("import_hash", Int8),
                column("verification_level", Int2),
                column("added_by", Text),
                column("notes", Text),
                column("created_at", Time),
                column("updated_at", Time),
            ],
        ),
        table(
            "charger_connectors",
            2,
            &[
                column("charger_id", Uuid),
                column("position", Int2),
                column("port", Int4),
                column("power_kw", Float),
                column("count", Int4),
            ],
        ),
        table(
            "charger_status",
            1,
            &[
                column("charger_id", Uuid),
                column("available_ports", Int4),
                column("uptime_percentage", Float),
                column("verified_by_count", Int4),
                column("last_verified", Time),
                column("scored_at", Time),
            ],
        ),
        table(
            "photos",
            1,
            &[
                column("id", Uuid),
                column("charger_id", Uuid),
                column("owner", Text),
                column("kind", Text),
                column("raw_key", Text),
                column("hash8", Text),
                column("etag", Text),
                column("state", Text),
                column("reason", Text),
                column("width", Int4),
                column("height", Int4),
                column("thumbhash", Text),
                column("dominant_color", Text),
                column("renditions", Json),
                column("created_at", Time),
                column("sequencer", Text),
                column("made_with", Text),
                column("link", Text),
            ],
        ),
        table(
            "verification_actions",
            1,
            &[
                column("id", Uuid),
                column("charger_id", Uuid),
                column("user_id", Text),
                column("action", Text),
                column("notes", Text),
                column("timestamp", Time),
                column("wait_time", Int2),
                column("port_type_used", Int4),
                column("ports_available", Int2),
                column("charging_success", Bool),
                column("payment_method", Text),
                column("station_lighting", Text),
                column("cleanliness_rating", Int2),
                column("charging_speed_rating", Int2),
                column("amenities_rating", Int2),
                column("would_recommend", Bool),
                column("photo_id", Uuid),
            ],
        ),
        Table {
            numbered: &["created_in", "changed_in"],
            ..table(
                "charger_changes",
                1,
                &[column("charger_id", Uuid), column("changed_at", Time), column("is_deleted", Bool)],
            )
        },
        table(
            "idempotency_keys",
            2,
            &[
                column("owner", Text),
                column("key", Text),
                column("fingerprint", Text),
                column("effect_id", Uuid),
                column("claimed_until", Time),
                column("answer", Json),
                column("created_at", Time),
            ],
        ),
        table("sharaspot_rows", 1, &[column("id", Uuid)]),
        table("erasures", 1, &[column("owner", Text), column("erased_at", Time)]),
    ]
};

/// Tables that are counted from others, and made again after a load.
pub const DERIVED: &[&str] = &["charger_facets"];

impl Table {
    /// The table of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }
}
