//! What every page says in its headers.

use api::Answer;
use domain::page::{Page, PageRequest};

/// How long what is read here may be kept.
pub(crate) const CACHE: &str = "public, max-age=30, stale-while-revalidate=300";

/// The total, and RFC 8288 links to other pages of the same search: the next one by number where the client pages by number, by
/// cursor where it began so.
pub(crate) fn paged<T>(answer: Answer, page: &Page<T>, request: &PageRequest, path: &str, query: &str) -> Answer {
    let join = if query.is_empty() { "" } else { "&" };
    let target = |parameter: String| format!("{path}?{query}{join}{parameter}");
    let number = request.number;
    let by_cursor = request.after.is_some();
    let mut answer = answer.with_header("x-total-count", &page.total.to_string());
    answer = answer.with_link(&target("page=1".to_owned()), "first");
    if number > 1 && !by_cursor {
        answer = answer.with_link(&target(format!("page={}", number - 1)), "prev");
    }
    match &page.next_cursor {
        Some(cursor) if by_cursor => answer.with_link(&target(format!("cursor={cursor}")), "next"),
        Some(_) => answer.with_link(&target(format!("page={}", number + 1)), "next"),
        None => answer,
    }
}
