//! The copy that reads are sent to.

use super::{Finding, LIMIT, cause, database, within};
use config::Config;
use db::checkup::ReplicaState;
use domain::World;
use std::time::Duration;

pub(super) const NAME: &str = "replica";

/// What takes longer than this is seen by those who read.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn check(config: &Config, world: World, has_login: bool) -> Finding {
    if config.database.replica.is_none() {
        return Finding::absent(NAME, "none configured: reads go to the primary");
    }
    if !has_login {
        return Finding::absent(NAME, "not looked at: there is no login");
    }
    let Ok(Some(db)) = database::open(config, world).await else {
        return Finding::absent(NAME, "a file has none: DATABASE_READ_REPLICA_URL and DB_REPLICA_HOST are passed over");
    };
    let state = within(LIMIT, db.replica_state(PATIENCE)).await;
    db.close().await;
    match state {
        Ok(state) => finding(state),
        Err(error) => {
            let remedy = "start it, or correct DB_REPLICA_HOST or DATABASE_READ_REPLICA_URL; USE_READ_REPLICA=false does without \
                          it (reads go to the primary meanwhile)";
            Finding::failed(NAME, cause(&error), remedy)
        }
    }
}

fn finding(state: Option<ReplicaState>) -> Finding {
    match state {
        None => Finding::absent(NAME, "a file has none"),
        Some(ReplicaState::CaughtUp(lag)) => {
            Finding::fine(NAME, format!("shows what the primary had {:.1} s before", lag.as_secs_f64()))
        }
        Some(ReplicaState::Independent) => {
            let remedy =
                "correct DB_REPLICA_HOST or DATABASE_READ_REPLICA_URL: reads there see nothing of what is written";
            Finding::failed(NAME, "is no replica, it takes writes of its own", remedy)
        }
        Some(ReplicaState::Behind { bytes, age }) => {
            let age =
                age.map_or_else(|| "nothing".to_owned(), |age| format!("the state of {:.0} s ago", age.as_secs_f64()));
            let found = format!("is {bytes} bytes behind for more than {} s and shows {age}", PATIENCE.as_secs());
            let remedy = "`ops db-report` shows what it waits for; USE_READ_REPLICA=false sends reads to the primary";
            Finding::failed(NAME, found, remedy)
        }
        Some(ReplicaState::Unknown) => {
            Finding::warning(NAME, "answers, but the primary does not say how far it should be", "see the database")
        }
    }
}
