//! Makes readers describe.

use crate::Result;
use serde_json::Value;
use std::cell::RefCell;

thread_local! {
    /// What the readers of this thread have described; `None` while they read.
    static DESCRIBED: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// The schema of the body that a reader takes.
///
/// # Panics
/// Where the reader reads no body, or more than one.
pub fn body<T>(read: impl FnOnce(&[u8]) -> Result<T>) -> Value {
    only_one(|| read(b"{}").map(drop))
}

/// The schema of the query that a reader takes: an object with a property for each parameter.
///
/// # Panics
/// Where the reader reads no query, or more than one.
pub fn query<T>(read: impl FnOnce(&str) -> Result<T>) -> Value {
    only_one(|| read("").map(drop))
}

fn only_one(read: impl FnOnce() -> Result<()>) -> Value {
    DESCRIBED.set(Some(Vec::new()));
    let result = read();
    let mut described = DESCRIBED.take().unwrap_or_default();
    assert!(described.len() == 1, "a reader is to describe one thing, not {}: {result:?}", described.len());
    described.remove(0)
}

/// Whether readers describe now.
pub(super) fn is_on() -> bool {
    DESCRIBED.with_borrow(Option::is_some)
}

/// Takes what a reader has described.
pub(super) fn deliver(schema: Value) {
    DESCRIBED.with_borrow_mut(|described| described.as_mut().into_iter().for_each(|all| all.push(schema.clone())));
}
