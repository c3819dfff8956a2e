//! `ops reprocess` as a process that is broken off: photos stay whole, and the same command brings the rest.

use crate::binaries::ops_command;
use crate::pictures::phone_photo;
use crate::server::{Server, poll};
use crate::uploads::{download, finished, photo, upload};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const PHOTOS: usize = 12;
/// Pictures of which each takes a while.
const WIDTH: usize = 2400;
const QUALITY: (&str, &str) = ("PHOTO_JPEG_QUALITY", "40");

fn reprocess(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = ops_command(data_dir, &[&["reprocess"], arguments].concat());
    command.env(QUALITY.0, QUALITY.1);
    command
}

/// A server with ready photos, made with the usual settings.
fn server_with_photos(data_dir: &Path) -> (Server, Vec<String>) {
    let server = Server::start(data_dir);
    let raw = phone_photo(WIDTH, WIDTH * 3 / 4);
    let ids: Vec<String> = (0..PHOTOS).map(|_| upload(&server, "image/jpeg", &raw)).collect();
    assert!(ids.iter().all(|id| finished(&server, id)["state"] == "ready"));
    (server, ids)
}

/// What is public of a photo.
struct Look {
    /// The main rendition's size in the row, which tells the settings.
    main_bytes: u64,
    /// Whether every rendition has the size that the row gives.
    agrees: bool,
}

/// Every rendition that the row names must be there, and be a whole picture.
fn look(server: &Server, id: &str) -> Look {
    let photo = photo(server, id);
    assert_eq!(photo["state"], "ready");
    let renditions = photo["renditions"].as_array().unwrap();
    let agrees = renditions.iter().map(|rendition| {
        let file = download(server, &rendition["url"]).body;
        match rendition["content_type"].as_str().unwrap() {
            "image/jpeg" => assert!(file.ends_with(b"\xff\xd9"), "{rendition}"),
            _ => assert_eq!(file.len() - 8, u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize, "{rendition}"),
        }
        rendition["bytes"] == file.len()
    });
    let agrees = agrees.filter(|agrees| !agrees).count() == 0;
    Look { main_bytes: renditions[0]["bytes"].as_u64().unwrap(), agrees }
}

fn looks(server: &Server, ids: &[String]) -> Vec<Look> {
    ids.iter().map(|id| look(server, id)).collect()
}

/// How many photos were made with other settings than those of a size; all are whole, whoever made them.
fn made(looks: &[Look], before: u64) -> usize {
    looks.iter().filter(|look| look.main_bytes != before).count()
}

/// Starts a walk and comes back when it has made at least one photo and not yet all.
fn begin(server: &Server, ids: &[String], before: u64) -> Child {
    let mut command = reprocess(&server.data_dir, &[]);
    let walk = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    poll("the walk begins", || (photo(server, &ids[0])["renditions"][0]["bytes"] != before).then_some(()));
    walk
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_walk_that_is_killed_leaves_whole_photos_and_the_next_one_makes_the_rest() {
    let data = tempfile::tempdir().unwrap();
    let (server, ids) = server_with_photos(data.path());
    let before = look(&server, &ids[0]).main_bytes;
    let mut walk = begin(&server, &ids, before);
    walk.kill().unwrap();
    walk.wait().unwrap();
    let killed = looks(&server, &ids);
    let done = made(&killed, before);
    assert!((1..PHOTOS).contains(&done), "{done} of {PHOTOS}: the kill was to fall between");
    assert!(killed.iter().filter(|look| !look.agrees).count() <= 1, "at most the one that was under its hands");
    let rest = reprocess(data.path(), &[]).output().unwrap();
    let expected = format!("ready {} / rejected 0 / skipped 0 / failed 0\n", PHOTOS - done);
    assert!(rest.status.success() && text(&rest).contains(&expected), "{}", text(&rest));
    let rest = looks(&server, &ids);
    assert_eq!(made(&rest, before), PHOTOS);
    assert!(rest.iter().all(|look| look.agrees && look.main_bytes < before));
}

#[test]
fn ctrl_c_ends_a_walk_between_two_photos_and_says_where_to_go_on() {
    let data = tempfile::tempdir().unwrap();
    let (server, ids) = server_with_photos(data.path());
    let before = look(&server, &ids[0]).main_bytes;
    let walk = begin(&server, &ids, before);
    kill_process(Pid::from_child(&walk), Signal::INT).unwrap();
    let ended = walk.wait_with_output().unwrap();
    let said = text(&ended);
    let sentence = "ops: Interrupted; the photos that are dealt with are whole.";
    assert!(!ended.status.success() && said.contains(sentence), "{said}");
    let left = looks(&server, &ids);
    let done = made(&left, before);
    assert!((1..PHOTOS).contains(&done) && left.iter().all(|look| look.agrees), "{done} of {PHOTOS}");
    let (after, remaining) = (&ids[done - 1], PHOTOS - done);
    let expected =
        format!("ready {done} / rejected 0 / skipped 0 / failed 0\n{remaining} remain: --after {after} goes on there");
    assert!(said.contains(&expected), "{said}");
    let rest = reprocess(data.path(), &["--all", "--after", after, "--jobs", "3"]).output().unwrap();
    assert!(rest.status.success() && text(&rest).contains(&format!("ready {remaining} /")), "{}", text(&rest));
    let rest = looks(&server, &ids);
    assert!(made(&rest, before) == PHOTOS && rest.iter().all(|look| look.agrees));
}
