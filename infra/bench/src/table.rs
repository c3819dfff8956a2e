//! Tables as Markdown, and the figures in them.

use std::fmt;

/// A table below its title.
#[derive(Debug)]
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Self { title: title.into(), rows: vec![columns.iter().map(|column| (*column).to_owned()).collect()] }
    }

    /// Adds a row, a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "**{}**\n", self.title)?;
        for (number, row) in self.rows.iter().enumerate() {
            writeln!(f, "| {} |", row.join(" | "))?;
            if number == 0 {
                writeln!(f, "|{}", "---|".repeat(row.len()))?;
            }
        }
        Ok(())
    }
}

/// As many figures as a measurement is worth.
pub fn figures(number: f64) -> String {
    match number {
        number if !number.is_finite() => "–".to_owned(),
        number if number.abs() >= 99.5 => format!("{number:.0}"),
        number if number.abs() >= 9.95 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// ✓ or ✗.
pub fn mark(is_right: bool) -> &'static str {
    if is_right { "✓" } else { "✗" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_below_its_head() {
        let mut table = Table::new("times", &["who", "ms"]);
        table.row(vec!["ours".to_owned(), figures(12.345)]);
        assert_eq!(table.to_string(), "**times**\n\n| who | ms |\n|---|---|\n| ours | 12.3 |\n");
        assert_eq!([99.6, 0.123, f64::NAN].map(figures), ["100", "0.12", "–"]);
    }
}
