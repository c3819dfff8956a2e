//! Who contributes, and what is left of somebody who does no longer.

use crate::cursor::{Cursor, fingerprint};
use crate::fields::{Fields, parse_body};
use crate::photo::Photo;
use crate::query::Query;
use crate::verification::Action;
use crate::{Result, Timestamp};
use serde::Serialize;
use uuid::Uuid;

/// What the subjects of those begin with who were erased; no token of such a subject is believed.
const ANONYMOUS: &str = "anonymous:";
/// Contributions of each sort that are shown at once, unless told otherwise.
pub const DEFAULT_SHOWN: u32 = 20;
/// Contributions of each sort that are shown at once at most.
pub const MAX_SHOWN: u32 = 100;

/// A contributor; of somebody who has never written anything, all is zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contributor {
    /// 0 to 100, see [`crate::verification::trust_score`].
    pub trust_score: u32,
    /// Chargers that they added.
    pub chargers_added: u32,
    /// Verifications that they gave.
    pub verifications: u32,
    /// Photos of theirs that are ready.
    pub photos_uploaded: u32,
    /// Their picture.
    pub photo: Option<Photo>,
    /// When they first wrote something.
    pub created_at: Option<Timestamp>,
}

/// A verification, as the one who gave it finds it again.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct OwnVerification {
    /// Its id.
    pub id: Uuid,
    /// The charger that it is about.
    pub charger_id: Uuid,
    /// What that is called.
    pub charger_name: String,
    /// What they found.
    pub action: Action,
    /// What they wrote.
    pub notes: Option<String>,
    /// When.
    pub timestamp: Timestamp,
}

/// Which of somebody's contributions are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// How many of each sort.
    pub size: u32,
    /// Where the chargers begin that they added.
    pub chargers: From,
    /// Where the verifications begin that they gave.
    pub verifications: From,
}

/// Where a list of somebody's contributions begins, newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct From {
    search: u64,
    after: Option<Cursor>,
}

impl Shown {
    /// Reads `page_size`, `chargers_cursor` and `verifications_cursor`; a cursor is good for the subject that it was given to.
    ///
    /// # Errors
    /// Bad input that names every bad and every unknown parameter.
    pub fn from_query(raw: &str, sub: &str) -> Result<Self> {
        let mut query = Query::parse(raw);
        let size = query.integer("page_size", 1..=i64::from(MAX_SHOWN)).unwrap_or(i64::from(DEFAULT_SHOWN)) as u32;
        let chargers = From::read(&mut query, "chargers_cursor", sub);
        let verifications = From::read(&mut query, "verifications_cursor", sub);
        query.finish()?;
        Ok(Self { size, chargers, verifications })
    }

    /// The newest of both.
    pub fn newest(sub: &str) -> Self {
        let from = |name| From { search: search_of(name, sub), after: None };
        Self { size: DEFAULT_SHOWN, chargers: from("chargers_cursor"), verifications: from("verifications_cursor") }
    }
}

impl From {
    fn read(query: &mut Query, name: &'static str, sub: &str) -> Self {
        let search = search_of(name, sub);
        let after = query.one(name).and_then(|text| match Cursor::decode(&text, search) {
            Ok(cursor) => Some(cursor),
            Err(error) => {
                error.fields().iter().for_each(|e| query.refuse(name, e.code, e.detail.clone()));
                None
            }
        });
        Self { search, after }
    }

    /// Time and id that come right before the first item; later and greater than any where it begins at the newest.
    pub fn before(&self) -> (Timestamp, Uuid) {
        self.after.map_or((Timestamp::from_micros(i64::MAX), Uuid::max()), |cursor| (cursor.time(), cursor.id))
    }

    /// What leads behind an item.
    pub fn cursor_after(&self, time: Timestamp, id: Uuid) -> String {
        Cursor::after_time(self.search, 1, time, id).encode()
    }
}

fn search_of(name: &str, sub: &str) -> u64 {
    fingerprint(format!("{name} {sub}").as_bytes())
}

/// What a contributor changes of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Their picture; none takes it away.
    pub photo_id: Option<Uuid>,
}

impl Change {
    /// Reads the body of `PATCH /me`.
    ///
    /// # Errors
    /// Bad input that names every bad field.
    pub fn from_body(body: &[u8]) -> Result<Self> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let photo_id = fields.nullable("photo_id", |fields, name| {
            fields.parsed(name, |text| Uuid::try_parse(text).ok(), "the id of a photo, or null")
        });
        fields.present("photo_id");
        fields.finish()?;
        Ok(Self { photo_id: photo_id.flatten() })
    }
}

/// The subject that takes over what somebody leaves behind who is erased.
pub fn anonymous_sub(id: Uuid) -> String {
    format!("{ANONYMOUS}{id}")
}

/// Whether this is no subject of a person.
pub fn is_anonymous(sub: &str) -> bool {
    sub.starts_with(ANONYMOUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
        result.unwrap_err().fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect()
    }

    #[test]
    fn a_cursor_leads_on_in_its_own_list_of_its_own_person() {
        let id = Uuid::from_u128(7);
        let cursor = Shown::newest("ann").chargers.cursor_after(Timestamp::from_micros(5), id);
        let shown = Shown::from_query(&format!("page_size=3&chargers_cursor={cursor}"), "ann").unwrap();
        assert_eq!((shown.size, shown.chargers.before()), (3, (Timestamp::from_micros(5), id)));
        assert_eq!(shown.verifications, Shown::newest("ann").verifications);
        let elsewhere = [
            (format!("chargers_cursor={cursor}"), "bob", "chargers_cursor other_search"),
            (format!("verifications_cursor={cursor}"), "ann", "verifications_cursor other_search"),
            ("chargers_cursor=x".to_owned(), "ann", "chargers_cursor not_a_cursor"),
            ("page_size=101".to_owned(), "ann", "page_size out_of_range"),
            ("page=1".to_owned(), "ann", "page unknown"),
        ];
        for (query, sub, expected) in elsewhere {
            assert_eq!(named(Shown::from_query(&query, sub)), [expected], "{query}");
        }
    }

    #[test]
    fn a_picture_is_set_or_taken_away_and_nothing_else_is_said() {
        let id = "00000000-0000-0000-0000-000000000007";
        let set = Change::from_body(format!(r#"{{"photo_id": "{id}"}}"#).as_bytes()).unwrap();
        assert_eq!(set.photo_id, Some(Uuid::from_u128(7)));
        assert_eq!(Change::from_body(br#"{"photo_id": null}"#).unwrap().photo_id, None);
        assert_eq!(named(Change::from_body(b"{}")), ["photo_id required"]);
        assert_eq!(
            named(Change::from_body(br#"{"photo_id": 7, "name": "x"}"#)),
            ["photo_id wrong_form", "name unknown"]
        );
    }

    #[test]
    fn who_is_erased_has_a_subject_that_nobody_can_have() {
        assert!(is_anonymous(&anonymous_sub(Uuid::from_u128(7))));
        assert!(!is_anonymous("ann") && !is_anonymous("an anonymous: donor"));
    }
}
