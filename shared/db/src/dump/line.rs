//! A row as a line.

use super::value::Value;
use super::{Column, TABLES, Table};
use domain::{Error, Kind, Result};

/// What the lines of a table look like: its columns, all of today's or those of an older schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub(super) table: &'static Table,
    pub(super) columns: Vec<Column>,
    /// What every line begins with.
    opening: String,
    /// What stands before each value.
    names: Vec<String>,
}

impl Shape {
    fn new(table: &'static Table, columns: Vec<Column>) -> Self {
        let opening = format!("{{\"table\":\"{}\"", table.name);
        let names = columns.iter().map(|column| format!(",\"{}\":", column.name)).collect();
        Self { table, columns, opening, names }
    }

    /// All columns.
    pub fn whole(table: &'static Table) -> Self {
        Self::new(table, table.columns.to_vec())
    }

    /// Those of every table, in their order.
    pub fn all() -> Vec<Self> {
        TABLES.iter().map(Self::whole).collect()
    }

    /// The columns that another program has written of a table.
    ///
    /// # Errors
    /// Bad input where this program knows no such table or column, or its key is not among them.
    pub fn of(table: &str, columns: &[String]) -> Result<Self> {
        let known = Table::named(table).ok_or_else(|| unknown(&format!("table {table}")))?;
        let column = |name: &String| {
            let column = known.columns.iter().find(|column| column.name == name);
            column.copied().ok_or_else(|| unknown(&format!("column {table}.{name}")))
        };
        let columns = columns.iter().map(column).collect::<Result<Vec<_>>>()?;
        if !columns.starts_with(&known.columns[..known.key]) {
            return Err(Error::new(Kind::BadInput, format!("The columns of {table} do not begin with its key.")));
        }
        Ok(Self::new(known, columns))
    }

    /// The table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The names of the columns.
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.to_owned()).collect()
    }

    /// Whether a line is a row of this table.
    pub fn is_of(&self, line: &[u8]) -> bool {
        line.strip_prefix(self.opening.as_bytes()).is_some_and(|rest| matches!(rest.first(), Some(b',' | b'}')))
    }

    /// Appends a row; answers where in it the key stands.
    pub(super) fn write(&self, values: &[Value<'_>], lines: &mut Vec<u8>) -> std::ops::Range<usize> {
        lines.extend(self.opening.as_bytes());
        let start = lines.len();
        let mut key_end = start;
        for (index, (name, value)) in self.names.iter().zip(values).enumerate() {
            lines.extend(name.as_bytes());
            value.write(lines);
            if index < self.table.key {
                key_end = lines.len();
            }
        }
        lines.extend(b"}\n");
        start..key_end
    }

    /// Reads a line, without its end, into values; what is wrong with it, if anything. Every column must be there, in its place.
    pub(super) fn read<'a>(&self, line: &'a [u8], values: &mut Vec<Value<'a>>) -> Result<(), String> {
        values.clear();
        let mut rest = line.strip_prefix(self.opening.as_bytes()).ok_or("it is no row of its table")?;
        for (name, column) in self.names.iter().zip(&self.columns) {
            let value = rest.strip_prefix(name.as_bytes());
            let value = value.ok_or_else(|| format!("{} is not where it belongs", column.name))?;
            let (value, after) = Value::read(column.kind, value).ok_or_else(|| {
                format!("{} is cut off or no {}", column.name, format!("{:?}", column.kind).to_lowercase())
            })?;
            values.push(value);
            rest = after;
        }
        match rest {
            b"}" => Ok(()),
            _ if rest.starts_with(b",") => Err("it has more columns than its table".to_owned()),
            _ => Err("it does not end where it should".to_owned()),
        }
    }
}

fn unknown(what: &str) -> Error {
    Error::new(Kind::BadInput, format!("This program knows no {what}: a newer one wrote that, or somebody else."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        Shape::whole(Table::named("charger_changes").unwrap())
    }

    const LINE: &str = r#"{"table":"charger_changes","charger_id":"00000000-0000-0000-0000-000000000001","changed_at":"2026-03-01T12:00:00Z","is_deleted":false}"#;

    #[test]
    fn a_line_is_read_as_it_is_written() {
        let mut values = Vec::new();
        shape().read(LINE.as_bytes(), &mut values).unwrap();
        let mut lines = b"earlier".to_vec();
        let key = shape().write(&values, &mut lines);
        assert_eq!(lines, format!("earlier{LINE}\n").as_bytes());
        assert_eq!(&lines[key], br#","charger_id":"00000000-0000-0000-0000-000000000001""#);
        assert!(shape().is_of(LINE.as_bytes()));
        assert!(!Shape::whole(Table::named("chargers").unwrap()).is_of(LINE.as_bytes()));
    }

    #[test]
    fn a_line_with_other_columns_or_without_an_end_is_refused_by_what_is_wrong() {
        let wrong = |line: &str| shape().read(line.as_bytes(), &mut Vec::new()).unwrap_err();
        assert_eq!(wrong(&LINE.replace("changed_at", "changed_on")), "changed_at is not where it belongs");
        assert_eq!(wrong(&LINE.replace(r#"false}"#, r#"false,"x":1}"#)), "it has more columns than its table");
        assert_eq!(wrong(&LINE[..LINE.len() - 1]), "is_deleted is cut off or no bool");
        assert_eq!(wrong(&format!("{LINE}}}")), "it does not end where it should");
        assert_eq!(wrong(&LINE.replace("03-01", "13-01")), "changed_at is cut off or no time");
        assert_eq!(wrong("{}"), "it is no row of its table");
    }

    #[test]
    fn columns_of_an_older_schema_are_known_and_others_are_not() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let older = Shape::of("erasures", &names(&["owner"])).unwrap();
        assert_eq!(older.column_names(), ["owner"]);
        for (table, columns) in [("erasures", &["owner", "why"][..]), ("users", &["id"]), ("erasures", &["erased_at"])]
        {
            assert_eq!(Shape::of(table, &names(columns)).unwrap_err().kind(), Kind::BadInput);
        }
    }
}
