//! What a database says of itself: the same columns whatever is in it, and true numbers in them.

use db::report::{Cell, Section};
use db::{Db, Engine};
use tests::behind::execute;
use tests::seed::{NOON, imported, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    every_section_has_its_columns_or_says_why_not,
    sizes_rows_and_scans_are_those_of_the_database,
    a_section_that_cannot_be_read_says_so_and_the_others_are_there,
);

const POSTGRES: &[(&str, &str)] = &[
    (
        "database",
        "version size_bytes cache_hits_percent connections max_connections commits rollbacks deadlocks spilled_bytes \
         oldest_transaction_ms transaction_id_age transaction_id_age_limit autovacuum role counted_since",
    ),
    ("tables", "table rows size_bytes index_bytes dead_rows dead_percent full_scans last_vacuum last_analyze"),
    ("vacuum", "table autovacuum vacuum_at_share vacuum_at_inserted_share fill_percent transaction_id_age"),
    ("indexes", "table index scans entries_read size_bytes kind"),
    ("unused_indexes", "table index size_bytes"),
    ("connections", "application state connections longest_ms"),
    ("running", "(nothing has run for more than a second)"),
    (
        "statements",
        "(pg_stat_statements is not installed: put it into shared_preload_libraries (on RDS it is there), and CREATE EXTENSION \
         pg_stat_statements)",
    ),
    ("replication", "(no replica is connected)"),
];
const SQLITE: &[(&str, &str)] = &[
    ("database", "version size_bytes free_bytes journal quick_check"),
    ("sizes", "table name kind size_bytes unused_bytes cells"),
    ("statistics", "table index rows_and_shares"),
];

async fn populated(db: &Db) -> Vec<Section> {
    let chargers: Vec<_> = (1..=300).map(|number| imported(number, point(1.0, 2.0))).collect();
    db.import_chargers("set", &chargers, NOON).await.unwrap();
    execute(db, "ANALYZE").await.unwrap();
    db.report().await.unwrap()
}

/// The section's columns, or in brackets what it says instead.
fn shape(section: &Section) -> String {
    let note = section.note.as_ref().map(|note| format!("({note})"));
    [section.columns.join(" "), note.unwrap_or_default()].concat()
}

fn of<'a>(sections: &'a [Section], name: &str) -> &'a Section {
    sections.iter().find(|section| section.name == name).unwrap_or_else(|| panic!("{name}: {sections:?}"))
}

/// What stands in a column, in the row of which another column says a word.
fn cell<'a>(section: &'a Section, column: &str, is: (&str, &str)) -> &'a Cell {
    let index = |name: &str| section.columns.iter().position(|known| known == name).unwrap();
    let word = Cell::Text(is.1.to_owned());
    let row = section.rows.iter().find(|row| row[index(is.0)] == word);
    &row.unwrap_or_else(|| panic!("{is:?}: {section:?}"))[index(column)]
}

async fn every_section_has_its_columns_or_says_why_not(test_db: &TestDb) {
    let sections = populated(&test_db.db).await;
    let expected = match test_db.db.engine() {
        Engine::Postgres => POSTGRES,
        Engine::Sqlite => SQLITE,
    };
    let shapes: Vec<(&str, String)> = sections.iter().map(|section| (section.name, shape(section))).collect();
    for (found, (name, columns)) in shapes.iter().zip(expected) {
        assert_eq!((found.0, found.1.as_str()), (*name, *columns));
    }
    assert_eq!(shapes.len(), expected.len());
    assert!(sections.iter().all(|section| section.rows.iter().all(|row| row.len() == section.columns.len())));
    assert!(sections.iter().all(|section| section.is_single == (section.name == "database")));
}

async fn sizes_rows_and_scans_are_those_of_the_database(test_db: &TestDb) {
    let sections = populated(&test_db.db).await;
    let is_large = |cell: &Cell| matches!(cell, Cell::Whole(bytes) if *bytes >= 8_192);
    match test_db.db.engine() {
        Engine::Postgres => {
            let tables = of(&sections, "tables");
            assert_eq!(cell(tables, "rows", ("table", "chargers")), &Cell::Whole(300));
            assert!(is_large(cell(tables, "size_bytes", ("table", "chargers"))));
            let (indexes, unused) = (of(&sections, "indexes"), of(&sections, "unused_indexes"));
            assert!(is_large(cell(indexes, "size_bytes", ("index", "chargers_cell"))));
            assert_eq!(cell(indexes, "kind", ("index", "chargers_pkey")), &Cell::Text("primary".to_owned()));
            assert!(is_large(cell(unused, "size_bytes", ("index", "chargers_power"))), "nobody has asked for power");
            assert!(unused.rows.iter().all(|row| row[1] != Cell::Text("chargers_pkey".to_owned())));
            let vacuum = of(&sections, "vacuum");
            assert_eq!(cell(vacuum, "vacuum_at_share", ("table", "chargers")), &Cell::Number(0.01));
            assert_eq!(cell(vacuum, "vacuum_at_share", ("table", "photos")), &Cell::Number(0.2));
            assert_eq!(cell(vacuum, "fill_percent", ("table", "charger_facets")), &Cell::Whole(50));
            let connections = of(&sections, "connections");
            assert!(matches!(cell(connections, "connections", ("application", "tests")), Cell::Whole(1..)));
        }
        Engine::Sqlite => {
            let sizes = of(&sections, "sizes");
            assert!(is_large(cell(sizes, "size_bytes", ("name", "chargers"))));
            assert_eq!(cell(sizes, "table", ("name", "chargers_cell")), &Cell::Text("chargers".to_owned()));
            let database = of(&sections, "database");
            assert_eq!(cell(database, "quick_check", ("journal", "wal")), &Cell::Text("ok".to_owned()));
            let statistics = of(&sections, "statistics");
            let Cell::Text(stat) = cell(statistics, "rows_and_shares", ("index", "chargers_cell")) else { panic!() };
            assert!(stat.starts_with("300 "), "{stat}");
        }
    }
}

async fn a_section_that_cannot_be_read_says_so_and_the_others_are_there(test_db: &TestDb) {
    let db = &test_db.db;
    if db.engine() == Engine::Sqlite {
        let sections = db.report().await.unwrap();
        assert!(of(&sections, "statistics").note.as_ref().unwrap().starts_with("ANALYZE has never run"));
        return;
    }
    // The extension is there, and the library was not loaded when the server started.
    execute(db, "CREATE EXTENSION pg_stat_statements").await.unwrap();
    let sections = db.report().await.unwrap();
    let statements = of(&sections, "statements");
    assert_eq!(statements.note.as_deref(), Some("cannot be read: database error, code 55000, constraint -"));
    assert!(of(&sections, "tables").rows.len() > 5);
}
