//! Mistakes of whoever types the command, and the way a run ends.

use crate::scene::{Original, Target, base64, jpeg, to_both_engines};
use std::process::Stdio;
use std::time::Duration;
use tests::{TestDb, postgres};

to_both_engines!(
    a_mistake_is_one_clear_sentence_without_a_password,
    an_interrupted_run_ends_whole_and_says_how_to_go_on,
);

async fn a_mistake_is_one_clear_sentence_without_a_password(original: Original, target: Target) {
    std::fs::write(target.dir.path().join("two.csv"), "user_id,sub\nann,a\nann,b\n").unwrap();
    std::fs::write(target.dir.path().join("other.csv"), "id,sub\nann,a\n").unwrap();
    let empty = postgres::create_database().await.unwrap();
    let ours = TestDb::postgres().await.unwrap().url;
    let url = original.url.as_str();
    let table: [(&[&str], &str); 8] = [
        (&["mysql://ann:s3cret@h/d"], "ops: The original's address must begin with postgresql://."),
        (&["sqlite:x.db"], "ops: The original's address must begin with postgresql://."),
        (&[&empty], "ops: This is no database of the original system: a table or a column is missing (relation"),
        (&[&ours], "ops: This is no database of the original system: a table or a column is missing ("),
        (&["postgres://ann:s3cret@127.0.0.1:1/d"], "The original's database could not be read"),
        (&[url, "--identities", "two.csv"], "line 3 gives a user another sub than a line before it"),
        (&[url, "--identities", "other.csv"], "ops: The identities file other.csv is not understood"),
        (&[url, "--photos-from", "missing"], "ops: There is no folder missing."),
    ];
    for (arguments, expected) in table {
        let said = target.failure(arguments);
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("s3cret") && !said.contains("SELECT") && !said.contains("Error {"), "{said}");
    }
}

async fn an_interrupted_run_ends_whole_and_says_how_to_go_on(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    for number in 0..60_u32 {
        let photos = format!("ARRAY['{}']", base64(&jpeg(number, 320, 240)));
        original.charger(&format!("c{number:02}"), &[("photos", &photos)]).await;
    }
    let mut run = target.command(&[&original.url]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let ready =
        async || target.texts("SELECT CAST(count(*) AS text) FROM photos WHERE state = 'ready'").await[0].clone();
    while ready().await == "0" && run.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let pid = rustix::process::Pid::from_child(&run);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Interrupted; what has come is whole, and the same command goes on."), "{said}");
    assert!(said.contains("photos of chargers: 60 rows"), "{said}");
    assert_eq!(target.texts("SELECT CAST(count(*) AS text) FROM photos WHERE state <> 'ready'").await, ["0"]);
    assert!(target.import(&[&original.url]).contains("photos         read 60 / came "));
    assert_eq!(ready().await, "60");
}
