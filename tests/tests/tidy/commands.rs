//! Every command and every event that the documents name is one that there is: whoever types it at night must not find out.

use std::collections::BTreeSet;
use tests::repository::read;

const DOCUMENTS: [&str; 2] = ["README.md", "infra/RUNBOOK.md"];

/// A command as it is written down.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    words: Vec<String>,
    /// In a block to be copied, and not in the middle of a sentence, where arguments may be left out.
    is_whole: bool,
}

/// Every command in a document: `ops …` and `cargo run -p ops -- …` in blocks, `ops …` between back-ticks.
fn commands(document: &str) -> BTreeSet<Written> {
    let mut written = BTreeSet::new();
    for (index, part) in document.replace("\\\n", " ").split("```").enumerate() {
        let is_block = index % 2 == 1;
        let candidates: Vec<&str> =
            if is_block { part.lines().collect() } else { part.split('`').skip(1).step_by(2).collect() };
        let commands = candidates.into_iter().filter_map(after_the_name);
        written.extend(commands.map(|text| Written { words: words(text), is_whole: is_block }));
    }
    written
}

fn after_the_name(text: &str) -> Option<&str> {
    let text = text.trim_start().trim_start_matches("$ ");
    let rest = text.strip_prefix("ops ").or_else(|| text.split_once("cargo run -p ops -- ").map(|(_, rest)| rest))?;
    let ends = [" #", " | ", " > ", " && ", ";", " ("];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(&rest[..end])
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect()
}

fn mistake(written: &Written) -> Option<String> {
    let error = ops::CommandLine::read_words(written.words.iter().map(String::as_str)).err()?.to_string();
    // Where a subcommand is left out there is no error but the help.
    let is_left_out = !error.starts_with("error: ") || error.contains("required arguments were not provided");
    (written.is_whole || !is_left_out).then(|| format!("ops {}: {error}", written.words.join(" ")))
}

#[test]
fn every_command_of_the_documents_is_one_that_there_is() {
    for document in DOCUMENTS {
        let written = commands(&read(document));
        assert!(written.len() > 8, "{document}: the search finds nothing");
        let wrong: Vec<String> = written.iter().filter_map(mistake).collect();
        assert!(wrong.is_empty(), "{document}: {}", wrong.join("\n"));
    }
}

#[test]
fn every_event_of_the_documents_is_understood() {
    for document in DOCUMENTS {
        let text = read(document);
        let events = text.match_indices("{\"command\"").map(|(start, _)| &text[start..]);
        let events: BTreeSet<&str> = events.map(|rest| &rest[..=rest.find('}').unwrap()]).collect();
        assert!(!events.is_empty(), "{document}: the search finds nothing");
        for event in events {
            let payload: serde_json::Value =
                serde_json::from_str(event).unwrap_or_else(|error| panic!("{document}: {event}: {error}"));
            ops::check_event(payload).unwrap_or_else(|error| panic!("{document}: {event}: {error}"));
        }
    }
}

#[test]
fn the_search_reads_blocks_and_sentences() {
    let document = "Then `ops sweep` and not `make ops`.\n```console\n$ cargo run -p ops -- migrate down 2 \\\n   # two\n$ ops sweep --dry-run > out\n```\n\
                    `ops import afdc`\n";
    let found: Vec<(String, bool)> =
        commands(document).into_iter().map(|written| (written.words.join(" "), written.is_whole)).collect();
    let expected = [("import afdc", false), ("migrate down 2", true), ("sweep", false), ("sweep --dry-run", true)];
    assert_eq!(found, expected.map(|(text, is_whole)| (text.to_owned(), is_whole)));
    let written = |text: &str, is_whole| Written { words: words(text), is_whole };
    assert!(mistake(&written("import afdc", false)).is_none() && mistake(&written("import afdc", true)).is_some());
    assert!(mistake(&written("swep", false)).is_some() && mistake(&written("sweep --colour red", false)).is_some());
}
