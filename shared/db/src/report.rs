//! What a database says of itself: sizes, indexes, statements, connections, as tables.
//!
//! Each [`Section`] is one statement, whose columns are the section's: their names say what they are, with the unit as suffix
//! (`_bytes`, `_ms`, `_percent`). A section that cannot be read says why, and the others are read all the same. Statements are known by
//! the name that each of ours begins with; those of others are `other`. No text of a statement and no value is read.

mod postgres;
#[cfg(feature = "embedded")]
mod sqlite;

use crate::Db;
use crate::engine::{Engine, read};
use domain::Result;
use sqlx::{ColumnIndex, Database, Decode, Row, Type, TypeInfo, ValueRef};

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What it is about.
    pub name: &'static str,
    /// Whether it has one row, of many things.
    pub is_single: bool,
    /// Its columns; none where it has no rows.
    pub columns: Vec<String>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Why it is empty, or what else there is to say.
    pub note: Option<String>,
}

/// What stands in a column of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name or a word.
    Text(String),
    /// A whole number: a count, or bytes.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// Nothing is known.
    Nothing,
}

/// What fills a section.
struct Question {
    name: &'static str,
    is_single: bool,
    /// A statement; where the server first has to say whether there is anything to ask, what it says instead.
    sql: std::result::Result<String, &'static str>,
    /// What it means that there are no rows.
    nothing: Option<&'static str>,
}

impl Question {
    fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, is_single: false, sql: Ok(sql.to_owned()), nothing: None }
    }

    fn single(self) -> Self {
        Self { is_single: true, ..self }
    }

    fn or_nothing(self, meaning: &'static str) -> Self {
        Self { nothing: Some(meaning), ..self }
    }
}

impl Db {
    /// Every section, in the order in which they are read best.
    ///
    /// # Errors
    /// Unavailable where the database does not answer at all.
    pub async fn report(&self) -> Result<Vec<Section>> {
        let questions = match self.engine() {
            Engine::Postgres => postgres::questions(self).await?,
            #[cfg(feature = "embedded")]
            Engine::Sqlite => sqlite::questions(self).await?,
            #[cfg(not(feature = "embedded"))]
            Engine::Sqlite => unreachable!("there is no SQLite database without the feature"),
        };
        let mut sections = Vec::new();
        for question in questions {
            sections.push(self.section(question).await);
        }
        Ok(sections)
    }

    async fn section(&self, question: Question) -> Section {
        let Question { name, is_single, sql, nothing } = question;
        let empty = Section { name, is_single, columns: Vec::new(), rows: Vec::new(), note: None };
        let sql = match sql {
            Ok(sql) => sql,
            Err(why) => return Section { note: Some(why.to_owned()), ..empty },
        };
        match self.table(&sql).await {
            Ok((_, rows)) if rows.is_empty() => Section { note: nothing.map(str::to_owned), ..empty },
            Ok((columns, rows)) => Section { columns, rows, ..empty },
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                Section { note: Some(format!("cannot be read: {cause}")), ..empty }
            }
        }
    }

    async fn table(&self, sql: &str) -> Result<(Vec<String>, Vec<Vec<Cell>>)> {
        Ok(read!(self, |session| {
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(session).await?;
            let columns = rows.first().map(columns).unwrap_or_default();
            let rows = rows.iter().map(cells).collect::<std::result::Result<_, sqlx::Error>>()?;
            (columns, rows)
        }))
    }
}

fn columns<R: Row>(row: &R) -> Vec<String> {
    row.columns().iter().map(|column| sqlx::Column::name(column).to_owned()).collect()
}

/// Each cell by the type that the server gives it.
fn cells<R>(row: &R) -> std::result::Result<Vec<Cell>, sqlx::Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> f64: Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = |index: usize| {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(Cell::Nothing);
        }
        let kind: String = type_name::<R::Database>(&value);
        Ok(match kind.as_str() {
            "INT8" | "INTEGER" => Cell::Whole(row.try_get(index)?),
            "FLOAT8" | "REAL" => Cell::Number(row.try_get(index)?),
            _ => Cell::Text(row.try_get(index)?),
        })
    };
    (0..row.len()).map(cell).collect()
}

fn type_name<'r, D: Database>(value: &D::ValueRef<'r>) -> String {
    ValueRef::type_info(value).name().to_owned()
}
