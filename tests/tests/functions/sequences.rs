//! Any sequence of writes, by the functions themselves, on both databases: the same answers, the same state, and everything that is
//! counted or derived equals a recount and the rule.

mod story;
mod write;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use story::Story;
use tests::TestDb;
use tests::consistency::check_database;
use write::{Write, writes};

async fn tell(test_db: &TestDb, writes: &[Write]) -> (Vec<Value>, Map<String, Value>) {
    let mut story = Story::new(test_db).await;
    for (step, write) in writes.iter().enumerate() {
        story.write(write).await;
        check_database(&test_db.db).await;
        story.check_scores().await;
        if step % 4 == 3 {
            story.check_cache().await;
        }
    }
    let state = story.state().await;
    (story.answers, state)
}

#[tokio::test]
async fn any_sequence_of_writes_leaves_the_same_state_on_both_databases() {
    let mut runner = TestRunner::deterministic();
    let mut statuses: BTreeMap<u64, usize> = BTreeMap::new();
    for _ in 0..12 {
        let writes = writes().new_tree(&mut runner).unwrap().current();
        let (answers, state) = tell(&TestDb::sqlite().await, &writes).await;
        for answer in &answers {
            *statuses.entry(answer["status"].as_u64().unwrap()).or_default() += 1;
        }
        let Some(postgres) = TestDb::postgres().await else { continue };
        let (other_answers, other_state) = tell(&postgres, &writes).await;
        for (one, other) in answers.iter().zip(&other_answers) {
            assert_eq!(one, other);
        }
        for (name, one) in &state {
            assert_eq!(one, &other_state[name], "{name}");
        }
        assert_eq!(state.len(), other_state.len());
    }
    // A mix in which nothing ever succeeds, or is ever refused, shows nothing.
    for status in [200, 201, 204, 400, 403, 404, 409, 422, 429] {
        assert!(statuses.get(&status).is_some_and(|count| *count >= 3), "{statuses:?}");
    }
}
