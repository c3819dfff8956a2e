//! A page of a longer list: which one is asked for, and the envelope that answers.

use crate::cursor::Cursor;
use crate::query::Query;
use std::fmt;

/// Items on a page unless told otherwise.
pub const DEFAULT_SIZE: u32 = 100;
/// Items on a page at most.
pub const MAX_SIZE: u32 = 500;
/// How far page numbers reach, in items; beyond it only the cursor goes on, at the same price for every page.
pub const MAX_REACH: u64 = 1_000_000;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRequest {
    /// Its number, from 1.
    pub number: u32,
    /// Items on a page.
    pub size: u32,
    /// Where the page before ended, when the client pages by cursor.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// Reads `page, page_size, cursor`; `search` is the fingerprint that a cursor must carry.
    pub fn from_query(query: &mut Query, search: u64) -> Self {
        let size = query.integer("page_size", 1..=i64::from(MAX_SIZE)).unwrap_or(i64::from(DEFAULT_SIZE)) as u32;
        let number = query.integer("page", 1..=MAX_REACH as i64);
        let after = query.one("cursor").and_then(|text| match Cursor::decode(&text, search) {
            Ok(cursor) => Some(cursor),
            Err(error) => {
                error.fields().iter().for_each(|e| query.refuse("cursor", e.code, e.detail.clone()));
                None
            }
        });
        if after.is_some() && number.is_some() {
            query.refuse("page", "excludes", "Give either page or cursor.");
        }
        let number = after.map_or(number.unwrap_or(1) as u32, |cursor| cursor.page);
        if after.is_none() && u64::from(number) * u64::from(size) > MAX_REACH {
            query.refuse(
                "page",
                "out_of_range",
                format!("Page numbers reach {MAX_REACH} items; go on with next_cursor."),
            );
        }
        Self { number, size, after }
    }

    /// Items to pass over; none when a cursor says where to go on.
    pub fn offset(&self) -> u64 {
        if self.after.is_some() { 0 } else { u64::from(self.number - 1) * u64::from(self.size) }
    }

    /// Cuts the page out of sorted items that begin with it: the items, and the cursor behind them if more follow. `cursor` makes that
    /// of the number of the next page and the last item.
    pub fn cut<T>(&self, mut sorted: Vec<T>, cursor: impl FnOnce(u32, &T) -> Cursor) -> (Vec<T>, Option<Cursor>) {
        let size = self.size as usize;
        let has_next = sorted.len() > size;
        sorted.truncate(size);
        let next = sorted.last().filter(|_| has_next).map(|last| cursor(self.number.saturating_add(1), last));
        (sorted, next)
    }
}

impl fmt::Display for PageRequest {
    /// What makes it another page of the same search.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.after {
            Some(cursor) => write!(f, "page_size={}&cursor={}", self.size, cursor.encode()),
            None => write!(f, "page_size={}&page={}", self.size, self.number),
        }
    }
}

/// The envelope of every list.
#[derive(Debug, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
    /// The total is only a lower bound: counting stopped there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub total_is_capped: bool,
    /// This page's number, from 1.
    pub page: u32,
    /// Items on a page.
    pub page_size: u32,
    /// How many pages there are.
    pub total_pages: u64,
    /// Whether a page follows.
    pub has_next: bool,
    /// Whether a page precedes.
    pub has_prev: bool,
    /// Leads to the next page.
    pub next_cursor: Option<String>,
}

/// How many items there are, and whether that is only a lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub count: u64,
    /// Counting stopped at this number.
    pub is_capped: bool,
}

impl<T> Page<T> {
    /// Puts items into the envelope; `next` leads to the page after this one, if there is one.
    pub fn new(items: Vec<T>, total: Total, request: &PageRequest, next: Option<Cursor>) -> Self {
        Self {
            items,
            total: total.count,
            total_is_capped: total.is_capped,
            page: request.number,
            page_size: request.size,
            total_pages: total.count.div_ceil(u64::from(request.size)),
            has_next: next.is_some(),
            has_prev: request.number > 1,
            next_cursor: next.map(|cursor| cursor.encode()),
        }
    }
}
