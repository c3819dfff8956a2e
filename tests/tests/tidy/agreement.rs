//! Files that must agree with each other: both folders of migrations, and the tables of variables and of metrics with what is there
//! and shown.

use crate::sources::shipped_sources;
use config::variables::ALL;
use std::collections::BTreeSet;
use telemetry::{METRICS, Metric};
use tests::repository::{read, root};

fn migrations(engine: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join("shared/db/migrations").join(engine)).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_engines_have_the_same_migrations_forth_and_back() {
    let postgres = migrations("postgres");
    assert_eq!(postgres, migrations("sqlite"));
    for name in &postgres {
        let (step, direction) = name.split_once('.').unwrap();
        let back = if direction == "up.sql" { "down.sql" } else { "up.sql" };
        assert!(postgres.contains(&format!("{step}.{back}")), "{name} has no counterpart");
    }
}

#[test]
fn the_numbers_of_migrations_leave_no_gap() {
    let numbers: BTreeSet<usize> = migrations("postgres").iter().map(|name| name[..4].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len()).collect());
}

/// Words in quotes that look like a variable's name.
fn quoted_names(code: &str) -> BTreeSet<String> {
    let is_name = |word: &&str| {
        word.len() > 2 && word.contains(|c: char| c.is_ascii_uppercase()) && word.bytes().all(is_name_byte)
    };
    code.split('"').skip(1).step_by(2).filter(is_name).map(str::to_owned).collect()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

#[test]
fn the_table_of_variables_is_what_config_reads() {
    let sources = shipped_sources(&["shared/config/src"]);
    let code = sources.iter().filter(|source| !source.path.ends_with("variables.rs")).map(|source| source.shipped());
    let mut read: BTreeSet<String> = code.flat_map(|code| quoted_names(&code)).collect();
    // Lambda's own; whoever runs us sets it and nobody should.
    assert!(read.remove("AWS_LAMBDA_RUNTIME_API"));
    assert_eq!(read, ALL.iter().map(|variable| variable.name.to_owned()).collect());
}

#[test]
fn the_readme_shows_the_table_of_variables() {
    let readme = read("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| is_variable_row(line)).collect();
    let expected: Vec<String> = ALL.iter().map(row).collect();
    assert_eq!(rows, expected, "\nthe rows must be\n{}\n", expected.join("\n"));
}

fn is_variable_row(line: &str) -> bool {
    let name = line.strip_prefix("| `").and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
    name.is_some_and(|name| name.bytes().all(is_name_byte))
}

fn row(variable: &config::variables::Variable) -> String {
    let default = if variable.default.is_empty() { String::new() } else { format!("`{}`", variable.default) };
    format!("| `{}` | {default} | {} |", variable.name, variable.meaning)
}

/// What stands for a measurement in code: `target: "metric", name = …`, or in telemetry itself `add("name", …`.
fn measured(code: &str) -> BTreeSet<String> {
    let events = code.split("target: \"metric\",").skip(1).map(|rest| rest.split(");").next().unwrap());
    let fields = events.flat_map(|event| event.split(',')).map(|field| field.split('=').next().unwrap().trim());
    let added = code.split(".add(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
    fields.filter(is_name).chain(added).map(str::to_owned).collect()
}

#[test]
fn the_table_of_metrics_is_what_is_measured() {
    let sources = shipped_sources(&["functions", "shared", "infra"]);
    let measures = |code: &String| code.contains("target: \"metric\"") || code.contains("open.add(");
    let measured = sources.iter().map(|source| source.shipped()).filter(measures).flat_map(|code| measured(&code));
    let known = METRICS.iter().map(|metric| metric.name.to_owned());
    assert_eq!(measured.collect::<BTreeSet<_>>(), known.collect());
}

#[test]
fn the_readme_shows_the_table_of_metrics() {
    let readme = read("README.md");
    let (_, table) = readme.split_once("| metric | unit | of one request |\n|---|---|---|\n").expect("the table");
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let row = |metric: &Metric| format!("| `{}` | {} | {} |", metric.name, metric.unit(), metric.meaning);
    let expected: Vec<String> = METRICS.iter().map(row).collect();
    assert_eq!(rows, expected, "\nthe rows must be\n{}\n", expected.join("\n"));
}

#[test]
fn the_template_sets_no_variable_that_nobody_reads() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let set = template["Globals"]["Function"]["Environment"]["Variables"].as_mapping().unwrap();
    // What begins with AWS is read by its SDK.
    let ours = set.keys().filter_map(|name| name.as_str()).filter(|name| !name.starts_with("AWS_"));
    let unread = ours.filter(|name| ALL.iter().all(|known| known.name != *name));
    assert_eq!(unread.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_template_offers_every_setting_of_photos_with_the_default_that_config_has() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let set = template["Globals"]["Function"]["Environment"]["Variables"].as_mapping().unwrap();
    for variable in ALL.iter().filter(|known| known.name.starts_with("PHOTO_") && known.name != "PHOTO_BASE_URL") {
        // Everybody gets the same: a limit that the signer and the optimizer disagree on would reject what was promised.
        let value = set.get(variable.name).unwrap_or_else(|| panic!("{} is not set", variable.name));
        let parameter = match value {
            serde_yaml_ng::Value::Tagged(tagged) => tagged.value.as_str().unwrap(),
            other => panic!("{} is {other:?}", variable.name),
        };
        let default = match &template["Parameters"][parameter]["Default"] {
            serde_yaml_ng::Value::String(text) => text.clone(),
            serde_yaml_ng::Value::Number(number) => number.to_string(),
            other => panic!("{parameter} is {other:?}"),
        };
        assert_eq!(default, variable.default, "{parameter}");
    }
}
