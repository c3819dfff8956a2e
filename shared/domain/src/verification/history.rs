//! Which page of a charger's verifications is asked for; the newest come first.

use super::Verification;
use crate::cursor::{Cursor, fingerprint};
use crate::page::PageRequest;
use crate::query::Query;
use crate::{Result, Timestamp};
use uuid::Uuid;

/// A page of a charger's history.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The page.
    pub page: PageRequest,
    /// The same search as a query string, without page and cursor: for links to other pages.
    pub query: String,
    search: u64,
}

impl History {
    /// Reads a raw query string: `page`, `page_size`, `cursor`.
    ///
    /// # Errors
    /// Bad input that names every bad and every unknown parameter.
    pub fn from_query(raw_query: &str, charger_id: Uuid) -> Result<Self> {
        let mut query = Query::parse(raw_query);
        let link_query = query.normalized_without(&["page", "cursor"]);
        let search = fingerprint(format!("verifications of {charger_id}").as_bytes());
        let page = PageRequest::from_query(&mut query, search);
        query.finish()?;
        Ok(Self { page, query: link_query, search })
    }

    /// Where the page before ended.
    pub fn after(&self) -> Option<(Timestamp, Uuid)> {
        self.page.after.map(|cursor| (cursor.time(), cursor.id))
    }

    /// Cuts the page out of verifications that begin with it: the page, and the cursor behind it if more follow.
    pub fn cut(&self, sorted: Vec<Verification>) -> (Vec<Verification>, Option<Cursor>) {
        self.page.cut(sorted, |page, last| Cursor::after_time(self.search, page, last.timestamp, last.id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::super::report::Report;
    use super::*;

    fn verification(number: u128) -> Verification {
        Verification {
            id: Uuid::from_u128(number),
            user_id: "ann".to_owned(),
            report: Report::new(Action::Active),
            photo_place: None,
            timestamp: Timestamp::from_micros(number as i64),
        }
    }

    #[test]
    fn a_cursor_goes_on_where_the_page_ended_and_only_at_its_charger() {
        let (here, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let history = History::from_query("page_size=2", here).unwrap();
        let (page, next) = history.cut([9, 8, 7].map(verification).to_vec());
        assert_eq!(page, [9, 8].map(verification));
        let query = format!("page_size=2&cursor={}", next.unwrap().encode());
        let next = History::from_query(&query, here).unwrap();
        assert_eq!((next.page.number, next.after()), (2, Some((Timestamp::from_micros(8), Uuid::from_u128(8)))));
        assert_eq!(next.query, "page_size=2");
        assert_eq!(next.cut([7].map(verification).to_vec()).1, None);
        let error = History::from_query(&query, elsewhere).unwrap_err();
        assert_eq!(error.fields()[0].code, "other_search");
    }

    #[test]
    fn bad_parameters_are_all_named() {
        let error = History::from_query("page=0&page_size=501&sort=up", Uuid::nil()).unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(named, [("page_size", "out_of_range"), ("page", "out_of_range"), ("sort", "unknown")]);
    }
}
