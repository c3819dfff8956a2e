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
fn null_is_told_from_what_is_not_there() {
    let body = parse_body(br#"{"a": null, "b": 3, "c": "x"}"#).unwrap();
    let mut fields = Fields::new(&body);
    let mut read = |name| fields.nullable(name, |f, name| f.integer(name, 1..=9));
    assert_eq!([read("a"), read("b"), read("c"), read("d")], [Some(None), Some(Some(3)), None, None]);
    assert_eq!(errors(fields.finish()), ["c wrong_type"]);
}

#[test]
fn a_whole_number_may_be_written_with_a_point() {
    let table = [("4", Some(4)), ("4.0", Some(4)), ("4e0", Some(4)), ("-0.0", Some(0)), ("4.5", None), ("1e300", None)];
    for (text, expected) in table {
        let body = parse_body(format!(r#"{{"n": {text}}}"#).as_bytes()).unwrap();
        assert_eq!(Fields::new(&body).integer("n", 0..=9), expected, "{text}");
    }
}

#[test]
fn a_flood_of_unknown_fields_gets_a_short_answer() {
    let flood: Vec<String> = (0..10_000).map(|number| format!(r#""{}{number}": 1"#, "x".repeat(100))).collect();
    let body = parse_body(format!("{{{}}}", flood.join(",")).as_bytes()).unwrap();
    let error = Fields::new(&body).finish().unwrap_err();
    assert_eq!((error.fields().len(), error.detail()), (100, "10000 fields are not valid; 100 are named."));
    let long = parse_body(format!(r#"{{"{}": 1}}"#, "ü".repeat(5_000)).as_bytes()).unwrap();
    let error = Fields::new(&long).finish().unwrap_err();
    assert_eq!(error.fields()[0].field, format!("{}…", "ü".repeat(100)));
}

#[test]
fn a_body_that_is_no_object_is_refused_by_name() {
    assert_eq!(errors(parse_body(b"[1]").map(|_| ())), ["body not_an_object"]);
    assert_eq!(errors(parse_body(b"{").map(|_| ())), ["body not_json"]);
    assert_eq!(errors(parse_body(b"").map(|_| ())), ["body not_json"]);
}
