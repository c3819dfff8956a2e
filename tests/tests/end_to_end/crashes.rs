//! `kill -9` at the worst moments: nothing is half written, and the work can be repeated.

use crate::binaries::{ops_command, run_ops};
use crate::data::real;
use crate::http::connect;
use crate::pictures::phone_photo;
use crate::population::{all_chargers, ids, pages_by_cursor};
use crate::server::{Server, poll};
use crate::uploads::{Promise, finished, photo};
use sqlx::{Connection, SqliteConnection};
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};

/// Chargers of one transaction of an import.
const BATCH: u64 = 500;
/// How often a moment that has to be met is tried to be met.
const ATTEMPTS: usize = 10;

/// A number from behind the back of the server.
fn count(data_dir: &Path, query: &'static str) -> i64 {
    let url = format!("sqlite:{}", data_dir.join("sharaspot.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
    })
}

fn total(server: &Server) -> u64 {
    server.get("/api/chargers?page_size=1")["total"].as_u64().unwrap()
}

/// Every charger that is there is there whole, and every count agrees.
fn check_nothing_is_half_written(server: &Server, data_dir: &Path) {
    let all = all_chargers(server);
    assert_eq!(all.len() as u64, total(server), "the counters agree with the chargers");
    assert!(all.iter().all(|charger| !charger["connectors"].as_array().unwrap().is_empty()));
    assert_eq!(ids(&all).into_iter().collect::<HashSet<_>>().len(), all.len());
    let everywhere = pages_by_cursor(server, "bbox=-180,-90,180,90&page_size=500");
    assert_eq!(everywhere.len(), all.len(), "the spatial index has every charger");
    let without_status = "SELECT count(*) FROM chargers WHERE id NOT IN (SELECT charger_id FROM charger_status)";
    let without_connectors =
        "SELECT count(*) FROM chargers WHERE id NOT IN (SELECT charger_id FROM charger_connectors)";
    assert_eq!((count(data_dir, without_status), count(data_dir, without_connectors)), (0, 0));
}

/// Starts an import beside a server and comes back when some of its chargers are there.
fn begin_import(data_dir: &Path, import: &[&str]) -> (Server, Child) {
    let server = Server::start(data_dir);
    let mut importer = ops_command(data_dir, import);
    let importer = importer.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    poll("the import begins", || (total(&server) > 0).then_some(()));
    (server, importer)
}

/// Kills importer and server, and answers how many chargers the next start finds; `None` where the import was done already.
fn kill_in_the_middle(data_dir: &Path, import: &[&str], chargers: u64) -> Option<u64> {
    let (server, mut importer) = begin_import(data_dir, import);
    importer.kill().unwrap();
    importer.wait().unwrap();
    server.kill();
    let server = Server::start(data_dir);
    check_nothing_is_half_written(&server, data_dir);
    Some(total(&server)).filter(|kept| *kept < chargers)
}

fn check_killed_import(import: &[&str], chargers: u64) {
    let attempt = || {
        let data = tempfile::tempdir().unwrap();
        kill_in_the_middle(data.path(), import, chargers).map(|kept| (data, kept))
    };
    let (data, kept) = (0..ATTEMPTS).find_map(|_| attempt()).expect("an import in its middle");
    assert_eq!(kept % BATCH, 0, "whole batches");
    let report = run_ops(data.path(), import);
    let expected = format!("imported {} / updated 0 / unchanged {kept}", chargers - kept);
    assert!(report.contains(&expected), "{report}");
    let server = Server::start(data.path());
    check_nothing_is_half_written(&server, data.path());
    assert_eq!(total(&server), chargers);
}

#[test]
fn an_import_goes_on_when_only_the_server_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let (server, mut importer) = begin_import(data.path(), &["generate", "--chargers", "3000", "--seed", "6"]);
    server.kill();
    let server = Server::start(data.path());
    assert!(importer.wait().unwrap().success());
    check_nothing_is_half_written(&server, data.path());
    assert_eq!(total(&server), 3000);
}

#[test]
fn an_import_of_the_real_file_that_is_killed_leaves_whole_batches_and_completes_when_it_is_repeated() {
    let Some(file) = real("chargers/afdc-ny-2025-02.csv") else { return };
    check_killed_import(&["import", "afdc", file.to_str().unwrap()], 4736);
}

#[test]
fn a_generation_that_is_killed_leaves_whole_batches_and_completes_when_it_is_repeated() {
    check_killed_import(&["generate", "--chargers", "5000", "--seed", "5"], 5000);
}

/// Files under a folder of the local store that hold bytes of objects.
fn stored_bytes(data_dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![data_dir.join("photos/objects"), data_dir.join("photos/tmp")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.file_name().into_string().unwrap()),
            }
        }
    }
    found.retain(|name| name != "alive");
    found
}

#[test]
fn an_upload_that_a_killed_server_had_half_received_leaves_nothing_and_can_be_repeated() {
    let raw = phone_photo(900, 700);
    for share in [0.1, 0.5, 0.999] {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path());
        let promise = Promise::of(&server, "image/jpeg", raw.len());
        let request = promise.request(&raw).to_bytes();
        let mut connection = connect(server.port);
        connection.write_all(&request[..(request.len() as f64 * share) as usize]).unwrap();
        // Connections are accepted in their order: the upload is under way when this one is answered.
        assert_eq!(photo(&server, &promise.id)["state"], "pending");
        server.kill();

        let server = Server::start(data.path());
        assert_eq!(photo(&server, &promise.id)["state"], "pending");
        assert_eq!(stored_bytes(data.path()), [""; 0], "after {share} of the upload");
        // The same form again.
        assert_eq!(promise.send(&server, &raw).status, 204);
        assert_eq!(finished(&server, &promise.id)["state"], "ready");
    }
}

/// Uploads, kills the server right after its 204, and answers the photo if its event was then still undelivered.
fn kill_before_the_rendition(data_dir: &Path, raw: &[u8]) -> Option<String> {
    let server = Server::start(data_dir);
    let promise = Promise::of(&server, "image/jpeg", raw.len());
    assert_eq!(promise.send(&server, raw).status, 204);
    server.kill();
    let waiting = std::fs::read_dir(data_dir.join("photos/events/pending")).unwrap().count();
    (waiting > 0).then_some(promise.id)
}

#[test]
fn a_photo_whose_server_was_killed_right_after_the_204_becomes_ready_after_the_restart() {
    let data = tempfile::tempdir().unwrap();
    let raw = phone_photo(1200, 900);
    let id = (0..ATTEMPTS).find_map(|_| kill_before_the_rendition(data.path(), &raw)).unwrap();
    let server = Server::start(data.path());
    let photo = finished(&server, &id);
    assert_eq!((photo["state"].as_str(), photo["width"].as_u64()), (Some("ready"), Some(900)));
    poll("the event is done", || {
        let pending = std::fs::read_dir(data.path().join("photos/events/pending")).unwrap().count();
        (pending == 0).then_some(())
    });
}

#[test]
fn an_upload_whose_server_is_killed_at_any_moment_is_there_whole_or_not_at_all() {
    let data = tempfile::tempdir().unwrap();
    let raw = phone_photo(300, 200);
    for _ in 0..ATTEMPTS {
        let server = Server::start(data.path());
        let promise = Promise::of(&server, "image/jpeg", raw.len());
        let mut connection = connect(server.port);
        connection.write_all(&promise.request(&raw).to_bytes()).unwrap();
        server.kill();

        let server = Server::start(data.path());
        let is_stored = stored_bytes(data.path()).contains(&promise.id);
        if !is_stored {
            assert_eq!(photo(&server, &promise.id)["state"], "pending");
            assert_eq!(promise.send(&server, &raw).status, 204);
        }
        assert_eq!(finished(&server, &promise.id)["state"], "ready");
    }
}
