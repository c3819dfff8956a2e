use super::*;
use crate::ObjectHeaders;
use bytes::Bytes;
use domain::Timestamp;
use event::EventName;

const KEY: &str = "raw/charger/20261120/x";

fn event_of(facts: &object_file::Facts) -> ObjectEvent {
    ObjectEvent {
        event_name: EventName::ObjectCreatedPost,
        event_time: Timestamp::from_micros(0).to_string(),
        key: KEY.to_owned(),
        size: facts.size_bytes,
        etag: facts.etag.trim_matches('"').to_owned(),
        sequencer: "01".to_owned(),
    }
}

fn facts(bytes: &Bytes) -> object_file::Facts {
    let headers = ObjectHeaders { content_type: "image/png".into(), cache_control: None };
    object_file::Facts::of(bytes, &headers, Timestamp::from_micros(0))
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// As a process leaves it that is killed: nothing locked, nothing removed.
fn leave_dead(dir: &Path) -> PathBuf {
    let dead = dir.join("tmp/dead");
    fs::create_dir_all(&dead).unwrap();
    File::create(dead.join(ALIVE)).unwrap();
    dead
}

#[test]
fn what_a_dead_process_was_writing_is_removed_and_what_a_live_one_writes_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (live, _) = Workplace::open(dir.path()).unwrap();
    fs::write(live.own.join("half.object"), "ha").unwrap();
    let dead = leave_dead(dir.path());
    fs::write(dead.join("half.object"), "ha").unwrap();
    Workplace::open(dir.path()).unwrap();
    assert!(!dead.exists());
    assert!(live.own.join("half.object").exists());
}

#[test]
fn the_event_of_an_object_that_appeared_just_before_the_kill_is_published_at_the_next_open() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = Bytes::from_static(b"photo");
    let (first, _) = Workplace::open(dir.path()).unwrap();
    first.publish(&layout::object_path(dir.path(), KEY).unwrap(), &bytes, &facts(&bytes), None).unwrap();
    let dead = leave_dead(dir.path());
    fs::write(dead.join("1.event"), serde_json::to_vec(&event_of(&facts(&bytes))).unwrap()).unwrap();
    Workplace::open(dir.path()).unwrap();
    assert_eq!(names(&event::pending_dir(dir.path())).len(), 1);
}

#[test]
fn the_event_of_an_object_that_never_appeared_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let dead = leave_dead(dir.path());
    let event = serde_json::to_vec(&event_of(&facts(&Bytes::from_static(b"photo")))).unwrap();
    fs::write(dead.join("1.event"), &event).unwrap();
    fs::write(dead.join("2.event"), &event[..10]).unwrap();
    Workplace::open(dir.path()).unwrap();
    assert_eq!(names(&event::pending_dir(dir.path())).len(), 0);
    assert!(!dead.exists());
}

#[test]
fn processes_that_open_a_new_folder_at_once_agree_on_the_access_key() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Workplace::open(dir.path()).unwrap().1;
    let keys = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_access_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    Workplace::open(dir.path()).unwrap();
    let mode = fs::metadata(dir.path().join("local-credentials.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
