//! What the database says of itself, in tables that people can read: numbers to the right, bytes as MiB.

use crate::Report;
use db::Db;
use db::report::{Cell, Section};
use domain::Result;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;

const MIB: f64 = 1_048_576.0;
const GAP: &str = "  ";

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables(Vec<Section>);

/// Asks the database.
///
/// # Errors
/// Unavailable where it does not answer; a table that cannot be read says so in its place.
pub(crate) async fn report(db: &Db) -> Result<Report> {
    Ok(Report::DbReport(Tables(db.report().await?)))
}

/// A cell as a person reads it in a column of this name, and whether it is a number.
fn shown(column: &str, cell: &Cell) -> (String, bool) {
    match cell {
        Cell::Text(text) => (text.clone(), false),
        Cell::Whole(bytes) if column.ends_with("_bytes") => (format!("{:.2} MiB", *bytes as f64 / MIB), true),
        Cell::Whole(count) => (count.to_string(), true),
        Cell::Number(ms) if column.ends_with("_ms") => (format!("{ms:.1} ms"), true),
        Cell::Number(percent) if column.ends_with("_percent") => (format!("{percent:.1} %"), true),
        Cell::Number(number) => (number.to_string(), true),
        Cell::Nothing => ("-".to_owned(), true),
    }
}

/// The unit stands in the cells.
fn heading(column: &str) -> String {
    let units = ["_bytes", "_ms", "_percent"];
    let bare = units.iter().find_map(|unit| column.strip_suffix(unit)).unwrap_or(column);
    bare.replace('_', " ")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn show_rows(f: &mut fmt::Formatter<'_>, section: &Section) -> fmt::Result {
    let headings: Vec<String> = section.columns.iter().map(|column| heading(column)).collect();
    let rows: Vec<Vec<(String, bool)>> = section
        .rows
        .iter()
        .map(|row| section.columns.iter().zip(row).map(|(column, cell)| shown(column, cell)).collect())
        .collect();
    let is_number = |index: usize| rows.iter().all(|row| row[index].1);
    let widths: Vec<(usize, bool)> = headings
        .iter()
        .enumerate()
        .map(|(index, heading)| {
            let widest = rows.iter().map(|row| width(&row[index].0)).max().unwrap_or_default();
            (widest.max(width(heading)), is_number(index))
        })
        .collect();
    let texts = |row: &[(String, bool)]| row.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    for line in std::iter::once(headings).chain(rows.iter().map(|row| texts(row))) {
        let cells = line.iter().zip(&widths).map(|(text, (width, is_number))| match is_number {
            true => format!("{text:>width$}"),
            false => format!("{text:width$}"),
        });
        writeln!(f, "{GAP}{}", cells.collect::<Vec<_>>().join(GAP).trim_end())?;
    }
    Ok(())
}

/// One row of many columns, a line for each.
fn show_lines(f: &mut fmt::Formatter<'_>, section: &Section) -> fmt::Result {
    let widest = section.columns.iter().map(|column| width(&heading(column))).max().unwrap_or_default();
    let cells = section.rows.iter().flat_map(|row| section.columns.iter().zip(row));
    for (column, cell) in cells {
        writeln!(f, "{GAP}{:widest$}{GAP}{}", heading(column), shown(column, cell).0)?;
    }
    Ok(())
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for section in &self.0 {
            writeln!(f, "{}", section.name.replace('_', " "))?;
            if section.is_single {
                show_lines(f, section)?
            } else if !section.rows.is_empty() {
                show_rows(f, section)?
            }
            match &section.note {
                Some(note) => writeln!(f, "{GAP}{note}\n")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// As a program reads it: columns keep their names, with the unit.
impl Serialize for Tables {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = |cell: &Cell| match cell {
            Cell::Text(text) => json!(text),
            Cell::Whole(number) => json!(number),
            Cell::Number(number) => json!(number),
            Cell::Nothing => Value::Null,
        };
        let row = |columns: &[String], row: &[Cell]| -> Value {
            columns.iter().cloned().zip(row.iter().map(value)).collect::<Map<_, _>>().into()
        };
        let section = |section: &Section| {
            let rows: Vec<Value> = section.rows.iter().map(|cells| row(&section.columns, cells)).collect();
            (section.name.to_owned(), json!({"rows": rows, "note": section.note}))
        };
        let sections: Map<String, Value> = self.0.iter().map(section).collect();
        json!({ "sections": sections }).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_have_their_units() {
        let columns = ["table", "size_bytes", "mean_ms", "dead_percent", "rows"].map(str::to_owned).to_vec();
        let cells = |table: &str, size, mean| {
            vec![
                Cell::Text(table.to_owned()),
                Cell::Whole(size),
                Cell::Number(mean),
                Cell::Nothing,
                Cell::Whole(size / 100),
            ]
        };
        let rows = vec![cells("chargers", 10 << 20, 0.25), cells("photos", 1 << 18, 12.0)];
        let tables = Section { name: "all_tables", is_single: false, columns, rows, note: None };
        let replication = Section {
            name: "replication",
            columns: Vec::new(),
            rows: Vec::new(),
            note: Some("none".to_owned()),
            ..tables.clone()
        };
        let text = Tables(vec![tables, replication]).to_string();
        let expected = "all tables\n  table          size     mean  dead    rows\n  chargers  10.00 MiB   0.2 ms     -  104857\n  \
                        photos     0.25 MiB  12.0 ms     -    2621\n\nreplication\n  none\n\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_single_row_is_a_list() {
        let columns = ["version", "size_bytes", "oldest_transaction_ms"].map(str::to_owned).to_vec();
        let rows = vec![vec![Cell::Text("SQLite 3".to_owned()), Cell::Whole(0), Cell::Nothing]];
        let section = Section { name: "database", is_single: true, columns, rows, note: None };
        let expected =
            "database\n  version             SQLite 3\n  size                0.00 MiB\n  oldest transaction  -\n\n";
        assert_eq!(Tables(vec![section]).to_string(), expected);
    }
}
