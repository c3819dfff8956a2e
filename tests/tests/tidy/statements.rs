//! Every statement begins with its name in a comment: the slow-query log and the server's own views know it by that.

use crate::sources::shipped_sources;
use std::collections::BTreeMap;

const VERBS: [&str; 7] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "COPY ", "WITH ", "SET "];

#[test]
fn every_statement_begins_with_its_name() {
    let mut nameless = Vec::new();
    for source in shipped_sources(&["shared/db/src"]) {
        let shipped = source.shipped();
        // Where a string begins, and where one goes on after a break.
        let begins = shipped.split('"').map(str::trim_start);
        let statements = begins.filter(|text| VERBS.iter().any(|verb| text.starts_with(verb)));
        nameless.extend(statements.map(|text| format!("{}: {}", source.path, &text[..text.len().min(40)])));
    }
    assert_eq!(nameless, [""; 0]);
}

#[test]
fn a_name_is_an_aggregate_and_a_verb_and_belongs_to_one_statement_of_an_engine() {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for source in shipped_sources(&["shared/db/src"]) {
        let shipped = source.shipped();
        for name in shipped.split("/* ").skip(1).filter_map(|rest| rest.split_once(" */")).map(|(name, _)| name) {
            // A name that a macro puts together is given to it as a word of its own.
            if name.starts_with('"') {
                continue;
            }
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert!(names.len() > 30, "the search finds nothing");
    for (name, count) in names {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(name.split_once('.').is_some_and(|(of, verb)| is_word(of) && is_word(verb)), "{name}");
        assert!(count <= 2, "{name} names {count} statements");
    }
}
