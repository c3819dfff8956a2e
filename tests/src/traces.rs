//! Where a text is still to be found: every column of every table, whatever tables there are.

use crate::behind::{number, pairs};
use db::Db;

/// `table.column` wherever a value holds the text.
pub async fn columns_with(db: &Db, text: &str) -> Vec<String> {
    let columns = match db {
        Db::Postgres(_) => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY 1, 2"
        }
        Db::Sqlite(_) => {
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2"
        }
    };
    let columns = pairs(db, columns).await;
    assert!(columns.len() > 50, "the search finds no columns: {columns:?}");
    let mut found = Vec::new();
    for (table, column) in columns {
        let text = text.replace('\'', "''");
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS text) LIKE '%{text}%'");
        if number(db, &sql).await > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}
