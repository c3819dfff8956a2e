//! Which indexes the steps make, read from their SQL.

use super::{POSTGRES, ups};
use sqlx::migrate::Migrator;

/// An index that a step makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) table: String,
    /// What makes it, without a word about other connections: `CREATE INDEX name ON …`.
    pub(super) sql: String,
}

/// The indexes that are there after the steps of these versions, by name. Constraints have indexes too, which no step names.
pub(super) fn planned(migrator: &'static Migrator, versions: &[i64]) -> Vec<Planned> {
    let applied = ups(migrator).filter(|step| versions.contains(&step.version));
    let mut planned = Vec::new();
    applied.for_each(|step| follow(step.sql.as_str(), &mut planned));
    planned.sort_by(|a, b| a.name.cmp(&b.name));
    planned
}

/// The names of all tables and functions that the steps of PostgreSQL make, and of the table that remembers the steps.
pub(crate) fn made_objects() -> Vec<String> {
    let lines = ups(&POSTGRES).flat_map(|step| step.sql.as_str().lines());
    lines.filter_map(made_by).chain(["_sqlx_migrations"]).map(str::to_owned).collect()
}

fn made_by(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["CREATE", "TABLE" | "FUNCTION", name, ..] | ["CREATE", "OR", "REPLACE", "FUNCTION", name, ..] => {
            name.split('(').next()
        }
        _ => None,
    }
}

fn follow(sql: &str, planned: &mut Vec<Planned>) {
    let code: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    for statement in code.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let is_word = |word: &&str| !["CONCURRENTLY", "IF", "NOT", "EXISTS"].contains(word);
        let rest = |known: usize| words[known..].iter().copied().filter(is_word).collect::<Vec<_>>();
        match words.as_slice() {
            ["CREATE", "UNIQUE", "INDEX", ..] => planned.extend(index("CREATE UNIQUE INDEX", &rest(3))),
            ["CREATE", "INDEX", ..] => planned.extend(index("CREATE INDEX", &rest(2))),
            ["DROP", "INDEX", ..] => planned.retain(|index| !rest(2).contains(&index.name.as_str())),
            ["DROP", "TABLE", ..] => planned.retain(|index| !rest(2).contains(&index.table.as_str())),
            _ => {}
        }
    }
}

fn index(create: &str, words: &[&str]) -> Option<Planned> {
    let [name, "ON", table, ..] = words else { return None };
    let table = table.split('(').next().unwrap_or_default();
    Some(Planned { name: (*name).to_owned(), table: table.to_owned(), sql: format!("{create} {}", words.join(" ")) })
}
