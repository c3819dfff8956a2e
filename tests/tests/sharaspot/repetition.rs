//! An import that is broken off, and one that is repeated.

use crate::scene::{Original, Target, base64, jpeg, to_both_engines};
use std::time::Duration;
use tests::TestDb;

to_both_engines!(
    a_second_run_changes_nothing_and_says_so,
    what_was_changed_or_deleted_here_stays_so,
    a_ledger_that_was_lost_is_written_again,
    what_is_new_in_the_original_comes_with_the_next_run,
    a_run_that_is_killed_anywhere_is_completed_by_the_next,
);

/// Some of everything, with something to complain about.
async fn fill(original: &mut Original) {
    for number in 0..8_u32 {
        let picture = format!("'{}'", base64(&jpeg(100 + number, 24, 16)));
        original.user(&format!("user-{number}"), &[("picture", &picture)]).await;
    }
    for number in 0..12_u32 {
        let author = format!("'user-{}'", number % 9);
        let photos =
            format!("ARRAY['{}', 'broken', 'https://old.example/{number}.jpg']", base64(&jpeg(number, 24, 16)));
        let id = format!("c{number:02}");
        original.charger(&id, &[("added_by", &author), ("photos", &photos)]).await;
        for of in 0..3 {
            let (author, photo) = (
                format!("'user-{}'", (number + of) % 8),
                format!("'{}'", base64(&jpeg(500 + number * 3 + of, 24, 16))),
            );
            let own = [("user_id", author.as_str()), ("photo_url", photo.as_str())];
            original.verification(&id, &own[..if of == 0 { 2 } else { 1 }]).await;
        }
    }
}

fn counts(said: &str) -> Vec<&str> {
    said.lines().take(4).map(|line| line.split_once("read").unwrap().1.trim()).collect()
}

async fn a_second_run_changes_nothing_and_says_so(mut original: Original, target: Target) {
    fill(&mut original).await;
    let before = original.fingerprint().await;
    let first = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(
        counts(&first),
        [
            "8 / came 8 / unchanged 0 / repaired 0 / rejected 0",
            "12 / came 12 / unchanged 0 / repaired 1 / rejected 0",
            "36 / came 36 / unchanged 0 / repaired 0 / rejected 0",
            "56 / came 44 / unchanged 0 / repaired 0 / rejected 12 / linked 12",
        ]
    );
    let (state, rejects) = (target.state().await, target.rejects());
    let second = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(
        counts(&second),
        [
            "8 / came 0 / unchanged 8 / repaired 0 / rejected 0",
            "12 / came 0 / unchanged 12 / repaired 1 / rejected 0",
            "36 / came 0 / unchanged 36 / repaired 0 / rejected 0",
            "56 / came 0 / unchanged 44 / repaired 0 / rejected 12",
        ]
    );
    assert_eq!((target.state().await, target.rejects()), (state, rejects));
    assert_eq!(original.fingerprint().await, before);
}

async fn what_was_changed_or_deleted_here_stays_so(mut original: Original, target: Target) {
    fill(&mut original).await;
    target.import(&[&original.url]);
    target.run("UPDATE chargers SET name = 'Renamed here' WHERE source_id = 'c03'").await;
    target.run("DELETE FROM chargers WHERE source_id = 'c04'").await;
    target.run("UPDATE verification_actions SET notes = 'Edited here' WHERE user_id = 'user-1'").await;
    target.run("DELETE FROM photos WHERE kind = 'profile'").await;
    // Somebody leaves: the rows stay, the name goes.
    target.run("INSERT INTO contributors (sub, created_at) SELECT 'somebody', created_at FROM contributors WHERE sub = 'user-2'").await;
    target.run("UPDATE chargers SET added_by = NULL WHERE added_by = 'user-2'").await;
    target.run("UPDATE verification_actions SET user_id = 'somebody' WHERE user_id = 'user-2'").await;
    target.run("DELETE FROM photos WHERE owner = 'user-2'").await;
    target.run("DELETE FROM contributors WHERE sub = 'user-2'").await;
    let state = target.state().await;
    let said = target.import(&[&original.url]);
    let after = target.state().await;
    for (one, other) in state.lines().zip(after.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(state.lines().count(), after.lines().count());
    assert!(counts(&said).iter().all(|line| line.contains("came 0")), "{said}");
}

/// A migration back and forth loses it.
async fn a_ledger_that_was_lost_is_written_again(mut original: Original, target: Target) {
    fill(&mut original).await;
    target.import(&[&original.url]);
    let state = target.state().await;
    target.run("DELETE FROM sharaspot_rows").await;
    target.import(&[&original.url]);
    let besides = |state: &str| state.split("sharaspot_rows").next().unwrap().to_owned();
    assert_eq!(besides(&target.state().await), besides(&state));
    let said = target.import(&[&original.url]);
    assert!(counts(&said).iter().all(|line| line.contains("came 0")), "{said}");
}

async fn what_is_new_in_the_original_comes_with_the_next_run(mut original: Original, target: Target) {
    fill(&mut original).await;
    target.import(&[&original.url]);
    original.user("zoe", &[]).await;
    original.charger("c99", &[("added_by", "'zoe'")]).await;
    original.verification("c00", &[("user_id", "'zoe'")]).await;
    let said = target.import(&[&original.url]);
    assert_eq!(
        counts(&said),
        [
            "9 / came 1 / unchanged 8 / repaired 0 / rejected 0",
            "13 / came 1 / unchanged 12 / repaired 1 / rejected 0",
            "37 / came 1 / unchanged 36 / repaired 0 / rejected 0",
            "56 / came 0 / unchanged 44 / repaired 0 / rejected 12",
        ]
    );
    let zoe = target
        .texts(
            "SELECT chargers_added || ' ' || verifications || ' ' || trust_score FROM contributors WHERE sub = 'zoe'",
        )
        .await;
    assert_eq!(zoe, ["1 1 12"]);
    let verified =
        "SELECT CAST(s.verified_by_count AS text) FROM charger_status s JOIN chargers c ON c.id = s.charger_id
         WHERE c.source_id = 'c00'";
    assert_eq!(target.texts(verified).await, ["4"]);
}

/// How much has come.
async fn progress(target: &Target) -> usize {
    target.texts("SELECT CAST((SELECT count(*) FROM sharaspot_rows) + (SELECT count(*) FROM photos WHERE state = 'ready') AS text)")
        .await[0].parse().unwrap()
}

async fn a_run_that_is_killed_anywhere_is_completed_by_the_next(mut original: Original, target: Target) {
    fill(&mut original).await;
    let whole = Target::new(TestDb::sqlite().await);
    let whole = match target.db.engine() {
        db::Engine::Sqlite => whole,
        db::Engine::Postgres => Target::new(TestDb::postgres().await.unwrap()),
    };
    whole.import(&[&original.url, "--rejects", "rejects.csv"]);
    let mut kills = 0;
    // After the users, the chargers, the verifications, and after photos of each kind.
    for least in [1, 9, 21, 57, 60, 75, 90, 110, 125] {
        let mut run = target.command(&[&original.url]).spawn().unwrap();
        while progress(&target).await < least && run.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        kills += u32::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert!(kills > 0, "every run was quicker than its end");
    target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(target.rejects(), whole.rejects());
    for (one, other) in target.state().await.lines().zip(whole.state().await.lines()) {
        assert_eq!(one, other);
    }
}
