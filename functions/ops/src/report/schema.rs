//! What the commands on the schema say: lines for a person, members for a program.

use crate::migrate::{DAMAGED, bad_indexes};
use db::migrations::{Applied, Index, Repair, Step, Wording};
use domain::{Error, Kind};
use serde::Serializer;
use serde_json::{Value, json};
use std::fmt;

/// Bad indexes and damage, in one sentence with the remedy.
pub(super) fn fault(indexes: &[Index], damage: &[String]) -> Option<Error> {
    let bad = bad_indexes(indexes);
    let detail = match (bad.is_empty(), damage.is_empty()) {
        (true, true) => return None,
        (false, true) => format!("{}: `ops migrate up` repairs that.", bad.join(", ")),
        (_, false) => {
            format!("{DAMAGED}: bring a copy back, or import its chargers into a new one.")
        }
    };
    Some(Error::new(Kind::Conflict, detail))
}

pub(super) fn show_status(f: &mut fmt::Formatter<'_>, steps: &[Step]) -> fmt::Result {
    steps.iter().try_for_each(|step| {
        let state = if step.is_applied { "applied" } else { "missing" };
        writeln!(f, "{state}  {}", name(step.version, &step.name))
    })
}

pub(super) fn show_history(f: &mut fmt::Formatter<'_>, steps: &[Applied]) -> fmt::Result {
    steps.iter().try_for_each(|step| {
        let took = step.took_ms.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
        let note = match step.wording {
            Wording::Same => "",
            Wording::Changed => "  (its file has changed since)",
            Wording::Unknown => "  (this program does not know it)",
        };
        writeln!(f, "{}  {took:>6} ms  {}{note}", step.applied_at, name(step.version, &step.name))
    })
}

pub(super) fn show_indexes(f: &mut fmt::Formatter<'_>, indexes: &[Index], damage: &[String]) -> fmt::Result {
    for index in indexes {
        write!(f, "{:<7}  {} on {}", index.state.as_str(), index.name, index.table)?;
        match index.size_bytes {
            Some(size) => writeln!(f, ", {size} bytes")?,
            None => writeln!(f)?,
        }
    }
    damage.iter().try_for_each(|line| writeln!(f, "damage   {line}"))
}

pub(super) fn show_up(f: &mut fmt::Formatter<'_>, repairs: &[Repair], steps: &[Step]) -> fmt::Result {
    if repairs.is_empty() && steps.is_empty() {
        return writeln!(f, "nothing to do: every migration is applied");
    }
    for Repair { index, table, remedy } in repairs {
        writeln!(f, "{}  index {index} on {table}", remedy.as_str())?;
    }
    steps.iter().try_for_each(|step| writeln!(f, "applied  {}", name(step.version, &step.name)))
}

pub(super) fn show_down(f: &mut fmt::Formatter<'_>, steps: &[Step]) -> fmt::Result {
    if steps.is_empty() {
        return writeln!(f, "nothing to do: no later migration is applied");
    }
    steps.iter().try_for_each(|step| writeln!(f, "taken back  {}", name(step.version, &step.name)))
}

fn name(version: i64, name: &str) -> String {
    format!("{version:04} {name}")
}

pub(super) fn write_steps<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(|Step { version, name, is_applied }| -> Value {
        json!({"version": version, "name": name, "is_applied": is_applied})
    }))
}

pub(super) fn write_history<S: Serializer>(steps: &[Applied], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(|Applied { version, name, applied_at, took_ms, wording }| {
        let text = match wording {
            Wording::Same => "same",
            Wording::Changed => "changed",
            Wording::Unknown => "unknown",
        };
        json!({"version": version, "name": name, "applied_at": applied_at, "took_ms": took_ms, "text": text})
    }))
}

pub(super) fn write_repairs<S: Serializer>(repairs: &[Repair], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(
        repairs
            .iter()
            .map(|Repair { index, table, remedy }| json!({"index": index, "table": table, "remedy": remedy.as_str()})),
    )
}

pub(super) fn write_indexes<S: Serializer>(indexes: &[Index], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(indexes.iter().map(|Index { name, table, state, size_bytes }| {
        json!({"name": name, "table": table, "state": state.as_str(), "size_bytes": size_bytes})
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::migrations::IndexState;

    fn index(name: &str, state: IndexState) -> Index {
        Index { name: name.to_owned(), table: "chargers".to_owned(), state, size_bytes: None }
    }

    #[test]
    fn a_fault_names_every_index_that_is_not_valid_and_the_remedy() {
        let indexes = [
            index("chargers_cell", IndexState::Valid),
            index("chargers_facet", IndexState::Missing),
            index("chargers_power", IndexState::Invalid),
        ];
        let fault = fault(&indexes, &[]).unwrap();
        let expected = "chargers_facet is missing, chargers_power is invalid: `ops migrate up` repairs that.";
        assert_eq!((fault.kind(), fault.detail()), (Kind::Conflict, expected));
        assert!(super::fault(&indexes[..1], &[]).is_none());
        assert!(super::fault(&indexes[..1], &["row 1 missing from index".to_owned()]).is_some());
    }
}
