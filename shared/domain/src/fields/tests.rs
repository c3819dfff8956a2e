use super::*;

fn errors(result: Result<()>) -> Vec<String> {
    result.unwrap_err().fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect()
}

#[test]
fn every_bad_field_is_named_at_once() {
    let body =
        parse_body(br#"{"name": " ", "age": 1.5, "list": [{"x": 1, "y": 2}, 3], "extra": 1, "flag": "no"}"#).unwrap();
    let mut fields = Fields::new(&body);
    fields.text("name", 1..=5);
    fields.integer("age", 0..=9);
    fields.boolean("flag");
    fields.required("gone", |f, name| f.number(name, 0.0..=1.0));
    fields.objects("list", 1..=5, |item| item.number("x", 5.0..=6.0));
    assert_eq!(
        errors(fields.finish()),
        [
            "name blank",
            "age out_of_range",
            "flag wrong_type",
            "gone required",
            "list[0].x out_of_range",
            "list[0].y unknown",
            "list[1] wrong_type",
            "extra unknown",
        ]
    );
}

#[test]
fn text_is_kept_as_sent_and_only_control_characters_are_refused() {
    let body = r#"{"a": "Joe's & Co\n", "b": "x\u0000", "c": "\u200b \ufeff"}"#;
    let body = parse_body(body.as_bytes()).unwrap();
    let mut fields = Fields::new(&body);
    assert_eq!(fields.text("a", 1..=20).as_deref(), Some("Joe's & Co\n"));
    assert_eq!(fields.text("b", 1..=20), None);
    assert_eq!(fields.text("c", 1..=20), None);
    assert_eq!(errors(fields.finish()), ["b control_character", "c blank"]);
}

#[test]
fn a_body_that_is_no_object_is_refused_by_name() {
    assert_eq!(errors(parse_body(b"[1]").map(|_| ())), ["body not_an_object"]);
    assert_eq!(errors(parse_body(b"{").map(|_| ())), ["body not_json"]);
    assert_eq!(errors(parse_body(b"").map(|_| ())), ["body not_json"]);
}

#[test]
fn a_number_without_a_fraction_is_whole_however_it_is_written() {
    let body = parse_body(br#"{"a": 4, "b": 4.0, "c": 4e0, "d": 4.5, "e": 1e300}"#).unwrap();
    let mut fields = Fields::new(&body);
    let read = ["a", "b", "c", "d", "e"].map(|name| fields.integer(name, 0..=9));
    assert_eq!(read, [Some(4), Some(4), Some(4), None, None]);
    assert_eq!(errors(fields.finish()), ["d out_of_range", "e out_of_range"]);
}
