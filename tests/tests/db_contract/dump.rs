//! Everything out of one engine and into the other: nothing is forgotten, nothing is changed, nothing is half there.

use db::Db;
use db::dump::{DERIVED, Digest, Hasher, Kind, Shape, TABLES, Table};
use domain::Result;
use std::collections::{BTreeMap, BTreeSet};
use tests::behind::{execute, number, pairs};
use tests::consistency::check_database;
use tests::everything::{NASTY, fill};
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    every_column_of_the_schema_is_carried_or_derived,
    a_table_comes_after_those_that_it_refers_to,
    a_load_that_is_not_committed_leaves_nothing,
    a_load_that_does_not_come_to_what_it_should_leaves_nothing,
    rows_are_not_mixed_with_others,
    what_was_there_is_replaced_as_a_whole,
    a_row_that_refers_to_nothing_is_refused,
    a_dump_shows_one_moment,
    a_change_after_a_load_is_told_to_whoever_follows,
);

/// What a load takes.
type Dump = Vec<(Shape, Digest, Vec<u8>)>;

async fn dump(db: &Db) -> Dump {
    let mut snapshot = db.snapshot().await.unwrap();
    let mut dump = Vec::new();
    for shape in Shape::all() {
        let digest = snapshot.rows(&shape).await.unwrap().digest().await.unwrap();
        let mut rows = snapshot.rows(&shape).await.unwrap();
        let mut lines = Vec::new();
        while let Some(part) = rows.part().await.unwrap() {
            lines.extend(part.lines);
        }
        drop(rows);
        dump.push((shape, digest, lines));
    }
    snapshot.finish().await.unwrap();
    dump
}

async fn load(db: &Db, dump: &Dump, may_replace: bool) -> Result<()> {
    let mut load = db.load(may_replace).await?;
    for (shape, _, lines) in dump {
        load.write(shape, lines, 1).await?;
    }
    let expected: Vec<_> = dump.iter().map(|(shape, digest, _)| (shape.clone(), digest.clone())).collect();
    load.commit(&expected).await
}

fn text(dump: &Dump) -> Vec<String> {
    dump.iter().map(|(_, _, lines)| String::from_utf8(lines.clone()).unwrap()).collect()
}

/// Tables with their columns, as the engine has them; a column's type is a word of the engine's.
async fn schema(db: &Db) -> BTreeMap<String, BTreeMap<String, String>> {
    let sql = match db {
        Db::Postgres(_) => {
            "SELECT table_name::text, column_name::text || ' ' || udt_name::text FROM information_schema.columns
             WHERE table_schema = current_schema()"
        }
        Db::Sqlite(_) => {
            "SELECT t.name, c.name || ' ' || c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        }
    };
    let mut schema: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (table, column) in pairs(db, sql).await {
        let (name, kind) = column.split_once(' ').unwrap();
        schema.entry(table).or_default().insert(name.to_owned(), kind.to_owned());
    }
    schema
}

fn word(db: &Db, kind: Kind) -> &'static str {
    let (postgres, sqlite) = match kind {
        Kind::Uuid => ("uuid", "TEXT"),
        Kind::Text => ("text", "TEXT"),
        Kind::Float => ("float8", "REAL"),
        Kind::Int2 => ("int2", "INTEGER"),
        Kind::Int4 => ("int4", "INTEGER"),
        Kind::Int8 => ("int8", "INTEGER"),
        Kind::Bool => ("bool", "INTEGER"),
        Kind::Time => ("timestamptz", "INTEGER"),
        Kind::Json => ("jsonb", "TEXT"),
    };
    if matches!(db, Db::Postgres(_)) { postgres } else { sqlite }
}

/// Whoever adds a table or a column says here what becomes of it: `shared/db/src/dump/tables.rs`.
async fn every_column_of_the_schema_is_carried_or_derived(TestDb { db, .. }: &TestDb) {
    let mut schema = schema(db).await;
    schema.remove("_sqlx_migrations").expect("the history is no data");
    for derived in DERIVED {
        schema.remove(*derived).unwrap();
    }
    let said = |table: &Table| {
        let carried = table.columns.iter().map(|column| (column.name.to_owned(), word(db, column.kind).to_owned()));
        let numbered = table.numbered.iter().map(|name| ((*name).to_owned(), word(db, Kind::Int8).to_owned()));
        (table.name.to_owned(), carried.chain(numbered).collect())
    };
    assert_eq!(TABLES.iter().map(said).collect::<BTreeMap<_, _>>(), schema);
}

async fn a_table_comes_after_those_that_it_refers_to(TestDb { db, .. }: &TestDb) {
    let sql = match db {
        Db::Postgres(_) => {
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        }
        Db::Sqlite(_) => {
            "SELECT t.name, k.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) k WHERE t.type = 'table'"
        }
    };
    let place = |name: &str| TABLES.iter().position(|table| table.name == name).unwrap();
    let keys = pairs(db, sql).await;
    assert!(keys.len() > 5, "{keys:?}");
    let ahead: BTreeSet<_> = keys.iter().filter(|(table, of)| place(table) < place(of)).collect();
    assert_eq!(ahead.into_iter().collect::<Vec<_>>(), [&("contributors".to_owned(), "photos".to_owned())]);
}

/// Both ways, and both are the same text.
#[tokio::test]
async fn everything_goes_from_one_engine_to_the_other_and_back() {
    let Some(postgres) = TestDb::postgres().await else { return };
    let (sqlite, back) = (TestDb::sqlite().await, TestDb::sqlite().await);
    fill(&sqlite.db).await;
    check_database(&sqlite.db).await;
    let first = dump(&sqlite.db).await;
    for (shape, digest, _) in &first {
        assert!(digest.rows > 0, "nothing in {}", shape.table().name);
    }
    load(&postgres.db, &first, false).await.unwrap();
    check_database(&postgres.db).await;
    assert_eq!(text(&dump(&postgres.db).await), text(&first));
    load(&back.db, &dump(&postgres.db).await, false).await.unwrap();
    check_database(&back.db).await;
    assert_eq!(text(&dump(&back.db).await), text(&first));
    let read = back.db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!(read.name, NASTY);
    assert_eq!(read, sqlite.db.charger(id(1)).await.unwrap().unwrap());
    // Filled by the same hands, both engines have the same rows but for what they tell the time of.
    let Some(other) = TestDb::postgres().await else { return };
    fill(&other.db).await;
    for ((shape, _, lines), (_, _, others)) in first.iter().zip(dump(&other.db).await) {
        if shape.table().name != "charger_changes" {
            assert_eq!(String::from_utf8_lossy(lines), String::from_utf8_lossy(&others));
        }
    }
}

async fn a_load_that_is_not_committed_leaves_nothing(TestDb { db, .. }: &TestDb) {
    fill(db).await;
    let before = dump(db).await;
    let facets = pairs(db, "SELECT CAST(port_mask AS text), CAST(n AS text) FROM charger_facets ORDER BY 1, 2").await;
    let mut load = db.load(true).await.unwrap();
    load.write(&before[0].0, &before[0].2, 1).await.unwrap();
    drop(load);
    // The server hears of it a moment later.
    tests::eventually("the transaction is gone", async || db.count_rows().await.is_ok()).await;
    assert_eq!(text(&dump(db).await), text(&before));
    assert_eq!(
        pairs(db, "SELECT CAST(port_mask AS text), CAST(n AS text) FROM charger_facets ORDER BY 1, 2").await,
        facets
    );
    add(db, 9, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    check_database(db).await;
}

async fn a_load_that_does_not_come_to_what_it_should_leaves_nothing(TestDb { db, .. }: &TestDb) {
    fill(db).await;
    let before = dump(db).await;
    let mut other = before.clone();
    let last = other.last_mut().unwrap();
    last.1.rows += 1;
    let error = load(db, &other, true).await.unwrap_err();
    assert_eq!(error.detail(), "The rows of erasures are not what they should be: nothing of it is kept.");
    assert_eq!(text(&dump(db).await), text(&before));
}

async fn rows_are_not_mixed_with_others(TestDb { db, .. }: &TestDb) {
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = dump(db).await;
    let error = load(db, &before, false).await.unwrap_err();
    let said = "The database is not empty: it has rows, 1 in contributors, 1 in chargers, 1 in charger_connectors, 1 in \
                charger_status, 1 in verification_actions, 1 in charger_changes. --force replaces them.";
    assert_eq!(error.detail(), said);
    assert_eq!(text(&dump(db).await), text(&before));
}

async fn what_was_there_is_replaced_as_a_whole(TestDb { db, .. }: &TestDb) {
    fill(db).await;
    let before = dump(db).await;
    for sql in ["DELETE FROM chargers WHERE source = 'set'", "UPDATE charger_status SET verified_by_count = 5000"] {
        execute(db, sql).await.unwrap();
    }
    add(db, 9, &new_charger("Another", point(1.0, 2.0)), NOON).await;
    load(db, &before, true).await.unwrap();
    assert_eq!(text(&dump(db).await), text(&before));
    check_database(db).await;
}

async fn a_row_that_refers_to_nothing_is_refused(TestDb { db, .. }: &TestDb) {
    fill(db).await;
    let mut dump_of = dump(db).await;
    let picture = format!("\"photo_id\":\"{}\"", id(72));
    for (table, from, to) in [
        ("contributors", picture.as_str(), "\"photo_id\":\"00000000-0000-0000-0000-00000000dead\""),
        ("chargers", "\"added_by\":\"ann\"", "\"added_by\":\"nobody\""),
    ] {
        let place = dump_of.iter().position(|(shape, ..)| shape.table().name == table).unwrap();
        let right = dump_of[place].clone();
        let wrong = String::from_utf8(right.2.clone()).unwrap().replace(from, to);
        assert_ne!(wrong.as_bytes(), right.2);
        let mut hasher = Hasher::default();
        hasher.add(wrong.as_bytes(), right.1.rows);
        dump_of[place] = (right.0.clone(), hasher.digest(), wrong.into_bytes());
        let error = load(db, &dump_of, true).await.unwrap_err();
        assert!(error.detail().ends_with("were refused by the database."), "{error}");
        dump_of[place] = right;
        assert_eq!(text(&dump(db).await), text(&dump_of));
    }
}

async fn a_dump_shows_one_moment(TestDb { db, .. }: &TestDb) {
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = dump(db).await;
    let mut snapshot = db.snapshot().await.unwrap();
    let first = snapshot.digests().await.unwrap();
    add(db, 2, &new_charger("Another", point(1.0, 2.0)), NOON).await;
    assert_eq!(snapshot.digests().await.unwrap(), first);
    snapshot.finish().await.unwrap();
    assert_ne!(text(&dump(db).await), text(&before));
    let one = db.exclusive_snapshot().await.unwrap();
    let another = db.exclusive_snapshot().await.unwrap_err();
    assert_eq!(another.detail(), "Another backup of this database is at work.");
    one.finish().await.unwrap();
    db.exclusive_snapshot().await.unwrap().finish().await.unwrap();
}

async fn a_change_after_a_load_is_told_to_whoever_follows(TestDb { db, .. }: &TestDb) {
    fill(db).await;
    let before = dump(db).await;
    load(db, &before, true).await.unwrap();
    let greatest = "SELECT max(changed_in) FROM charger_changes";
    let (chargers, last) = (number(db, "SELECT count(*) FROM charger_changes").await, number(db, greatest).await);
    assert_eq!(number(db, "SELECT count(*) FROM charger_changes WHERE created_in = changed_in").await, chargers);
    add(db, 9, &new_charger("Another", point(1.0, 2.0)), NOON).await;
    assert!(number(db, greatest).await > last);
    assert_eq!(number(db, "SELECT count(*) FROM charger_changes WHERE changed_in > 0").await, chargers + 1);
}
