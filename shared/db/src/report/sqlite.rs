//! The sections of a SQLite file.

use super::Question;
use crate::Db;
use crate::engine::read;
use domain::Result;

const DATABASE: &str = "/* report.database */ SELECT 'SQLite ' || sqlite_version() AS version,
     (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS size_bytes,
     (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size) AS free_bytes,
     (SELECT journal_mode FROM pragma_journal_mode) AS journal,
     (SELECT group_concat(quick_check, '; ') FROM pragma_quick_check) AS quick_check";

/// What each table and each index takes, to the byte.
const SIZES: &str = "/* report.sizes */ SELECT coalesce(m.tbl_name, d.name) AS \"table\", d.name AS name,
     coalesce(m.type, 'internal') AS kind, d.pgsize AS size_bytes, d.unused AS unused_bytes, d.ncell AS cells
     FROM dbstat('main', 1) d LEFT JOIN sqlite_master m ON m.name = d.name ORDER BY d.pgsize DESC, d.name";

const STATISTICS: &str =
    "/* report.statistics */ SELECT tbl AS \"table\", coalesce(idx, '-') AS \"index\", stat AS rows_and_shares
     FROM sqlite_stat1 ORDER BY 1, 2";

const NO_SIZES: &str = "this SQLite is built without dbstat: only the size of the whole file is known";
const NO_STATISTICS: &str = "ANALYZE has never run: the planner goes by its rules alone";

pub(super) async fn questions(db: &Db) -> Result<Vec<Question>> {
    const THERE: &str = "/* report.sources */ SELECT
         (SELECT count(*) FROM pragma_module_list WHERE name = 'dbstat') > 0,
         (SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1') > 0";
    let (has_sizes, has_statistics): (bool, bool) =
        read!(db, |session| sqlx::query_as(THERE).fetch_one(session).await?);
    let where_there = |is_there: bool, question: Question, why: &'static str| {
        if is_there { question } else { Question { sql: Err(why), ..question } }
    };
    Ok(vec![
        Question::new("database", DATABASE).single(),
        where_there(has_sizes, Question::new("sizes", SIZES), NO_SIZES),
        where_there(has_statistics, Question::new("statistics", STATISTICS), NO_STATISTICS),
    ])
}
