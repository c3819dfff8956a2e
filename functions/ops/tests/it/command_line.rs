use crate::place::Place;

#[test]
fn migrations_go_down_to_a_version_and_say_what_they_did() {
    let place = Place::new();
    let status = place.stdout(&["migrate", "status"]);
    assert!(status.lines().count() >= 5 && status.lines().all(|line| line.starts_with("applied  0")), "{status}");
    let down = place.stdout(&["migrate", "down", "--to", "2"]);
    let names = |text: &str, word: &str| -> Vec<String> {
        text.lines().map(|line| line.trim_start_matches(word).trim().to_owned()).collect()
    };
    let mut expected = names(&status, "applied").split_off(2);
    expected.reverse();
    assert_eq!(names(&down, "taken back"), expected);
    // Opening the file has brought them back.
    assert_eq!(place.stdout(&["migrate", "up"]), "nothing to do: every migration is applied\n");
}

#[test]
fn a_mistake_is_one_clear_sentence_without_sql_and_debug_text() {
    let place = Place::new();
    let table: [(&[&str], &str); 6] = [
        (&["migrate", "down", "--to", "77"], "ops: There is no migration 77: give 0 to "),
        (&["migrate", "down", "all"], "invalid value 'all'"),
        (&["import", "afdc"], "<FILE>"),
        (&["generate", "--chargers", "0"], "chargers must be 1 to"),
        (&["generate", "--chargers", "5", "--bbox", "1,2,3"], "bbox must be west,south,east,north"),
        (&["import", "afdc", "no.csv"], "ops: The file no.csv cannot be read (No such file or directory"),
    ];
    for (arguments, expected) in table {
        let said = place.failure(arguments);
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("Error {") && !said.contains("SELECT"), "{said}");
    }
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let place = Place::new();
    let mut command = place.command(&["migrate", "status"]);
    let output = command.env("DATABASE_URL", "postgres://ann:s3cret@127.0.0.1:1/spots").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !said.contains("s3cret"), "{said}");
    assert!(said.contains("database: PostgreSQL 127.0.0.1:1/spots"), "{said}");
    assert!(said.contains("ops: The database is not available at the moment."), "{said}");
}

#[tokio::test]
async fn who_only_looks_at_a_backup_makes_and_migrates_no_database() {
    let place = Place::new();
    place.stdout(&["generate", "--chargers", "5", "--seed", "1"]);
    let backups = place.path("backups").display().to_string();
    place.stdout(&["backup", "--to", &backups]);
    let look = ["restore", "--latest", "--from", &backups, "--dry-run"];
    let fresh = Place::new();
    let said = fresh.stdout(&look);
    assert!(said.contains("           5 chargers\n") && said.contains("; the database is empty\n"), "{said}");
    assert!(!fresh.path("new").exists(), "there is no file, and none is made");

    let db = place.db().await;
    let steps = db.migration_steps().await.unwrap().len() as i64;
    db.migrate_down_to(steps - 1).await.unwrap();
    db.close().await;
    let file = place.path("new/data/sharaspot.db");
    let before = std::fs::read(&file).unwrap();
    let said = place.stdout(&look);
    assert!(said.contains("the database is not empty: --force would replace it"), "{said}");
    assert!(std::fs::read(&file).unwrap() == before, "an older file stays as it is");
}
