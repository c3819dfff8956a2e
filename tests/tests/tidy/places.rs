//! Where a thing may be named, and how long a file may be.

use crate::sources::{shipped_sources, sources};

/// Files under `folders` that say one of the words, apart from those allowed; `path: word` of each.
fn strangers(folders: &[&str], words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen_allowed = allowed.is_empty();
    for source in shipped_sources(folders) {
        let shipped = source.shipped();
        for word in words.iter().filter(|word| shipped.contains(**word)) {
            if allowed.iter().any(|path| source.path.starts_with(path)) {
                seen_allowed = true;
            } else {
                found.push(format!("{}: {word}", source.path));
            }
        }
    }
    assert!(seen_allowed, "nobody says {words:?}: the words are wrong");
    found
}

#[test]
fn only_config_reads_the_environment() {
    let words = ["env::var", "env::vars", "env::set_var", "option_env!"];
    assert_eq!(strangers(&["functions", "shared", "infra"], &words, &["shared/config/"]), [""; 0]);
}

#[test]
fn the_domain_and_the_photo_steps_do_no_io() {
    let words =
        ["std::fs", "std::net", "std::io::stdin", "std::process", "std::thread", "tokio", "async fn", "println!"];
    assert_eq!(strangers(&["shared/domain", "shared/photo"], &words, &[]), [""; 0]);
}

#[test]
fn the_domain_and_the_photo_steps_read_no_clock_and_make_no_randomness() {
    let words =
        ["SystemTime", "Instant", "now_utc", "now_local", "Uuid::new_v4", "Uuid::now_v7", "rand::", "getrandom"];
    assert_eq!(strangers(&["shared/domain", "shared/photo"], &words, &[]), [""; 0]);
}

#[test]
fn the_clock_and_new_ids_are_handed_to_the_functions() {
    let words = ["now_utc", "SystemTime::now", "Uuid::new_v4", "Uuid::now_v7"];
    // The folder store draws the names of temporary files and a key of its own; neither is ever seen.
    let allowed = ["shared/config/src/lib.rs", "shared/storage/src/local/"];
    assert_eq!(strangers(&["functions", "shared"], &words, &allowed), [""; 0]);
}

#[test]
fn a_status_is_chosen_in_one_place() {
    let words = ["StatusCode::", ".status_mut()"];
    assert_eq!(strangers(&["functions", "shared"], &words, &["shared/api/src/respond.rs"]), [""; 0]);
}

#[test]
fn object_keys_are_built_in_one_place() {
    let words = ["\"raw/", "\"processed/"];
    let allowed = ["shared/domain/src/photo.rs"];
    assert_eq!(strangers(&["functions", "shared"], &words, &allowed), [""; 0]);
}

#[test]
fn statements_are_written_in_db_alone() {
    let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE chargers"];
    // The bench asks the same questions in other words.
    assert_eq!(strangers(&["functions", "shared", "infra"], &words, &["shared/db/", "infra/bench/"]), [""; 0]);
}

#[test]
fn no_shipped_code_gives_up() {
    let words = ["todo!(", "unimplemented!(", "dbg!("];
    assert_eq!(strangers(&["functions", "shared", "infra"], &words, &[]), [""; 0]);
}

#[test]
fn no_file_is_longer_than_three_hundred_lines() {
    let sources = sources(&["functions", "shared", "infra", "tests"]);
    let long = sources.iter().filter(|source| source.text.lines().count() > 300).map(|source| source.path.as_str());
    assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_boot_fits_on_a_screen() {
    let boots = shipped_sources(&["functions"]).into_iter().filter(|source| source.path.ends_with("src/main.rs"));
    let long = boots.filter(|boot| boot.shipped().lines().count() > 25).map(|boot| boot.path);
    assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_crate_says_what_lives_in_it() {
    let roots = shipped_sources(&["functions", "shared", "infra", "tests"]);
    let silent =
        roots.iter().filter(|source| source.path.ends_with("src/lib.rs") || source.path.ends_with("src/main.rs"));
    let silent = silent.filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.as_str());
    assert_eq!(silent.collect::<Vec<_>>(), [""; 0]);
}
