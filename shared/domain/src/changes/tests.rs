use super::*;
use crate::cursor::Cursor;

fn at(changed_in: i64, id: u128) -> Position {
    Position { changed_in, charger_id: Uuid::from_u128(id) }
}

fn change(created_in: i64, changed_in: i64, is_deleted: bool) -> Change {
    let changed_at = Timestamp::from_micros(0);
    Change { position: at(changed_in, 5), created_in, changed_at, is_deleted }
}

#[test]
fn a_place_survives_its_text_and_nothing_else_is_one() {
    for position in [Position::START, at(7, 9), at(i64::MAX, u128::MAX)] {
        assert_eq!(Position::decode(&position.encode()), Some(position));
    }
    let text = at(7, 9).encode();
    let cursor = Cursor::after_metres(1, 1, 1.0, Uuid::nil()).encode();
    for bad in ["", "x", &text[1..], &format!("{text}AA"), &cursor, &at(-1, 9).encode()] {
        assert_eq!(Position::decode(bad), None, "{bad}");
    }
}

#[test]
fn what_a_change_is_depends_on_what_the_reader_has_seen() {
    use ChangeType::{Changed, Created, Deleted};
    // Created in 10 as charger 5.
    let table = [
        (Position::START, 10, false, Some(Created)),
        (at(9, 99), 12, false, Some(Created)),
        // One transaction created more than a page: the reader has seen as far as charger 4, not 5.
        (at(10, 4), 10, false, Some(Created)),
        (at(10, 5), 12, false, Some(Changed)),
        (at(11, 1), 12, false, Some(Changed)),
        (Position::START, 12, true, None),
        (at(10, 4), 12, true, None),
        (at(10, 5), 12, true, Some(Deleted)),
        (at(11, 1), 12, true, Some(Deleted)),
    ];
    for (since, changed_in, is_deleted, expected) in table {
        let seen = change(10, changed_in, is_deleted).for_reader(since);
        assert_eq!(seen, expected, "{since:?} {changed_in} {is_deleted}");
    }
}

#[test]
fn a_request_names_every_bad_parameter() {
    let request = |raw| ChangesRequest::from_query(raw);
    assert_eq!(request("").unwrap(), ChangesRequest { since: Position::START, limit: 100 });
    let raw = format!("limit=500&since={}", at(7, 9).encode());
    assert_eq!(request(&raw).unwrap(), ChangesRequest { since: at(7, 9), limit: 500 });
    let error = request("limit=501&since=x&page=1").unwrap_err();
    let named: Vec<_> = error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect();
    assert_eq!(named, ["limit out_of_range", "since not_a_token", "page unknown"]);
}
