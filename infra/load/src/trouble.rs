//! What breaks in the middle of a run, and when.

use crate::Trouble as Error;
use crate::stack::Stack;
use crate::stack::disk::Disk;
use crate::stack::postgres::{Postgres, Stop};
use crate::stack::redis::Redis;
use crate::traffic::writes::Pace;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The share of the bucket's calls that fail.
const FAULTS: f64 = 0.01;

/// Something that breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    None,
    /// The database is stopped in good order and started again at once; later it is killed, and is away for a tenth of the run.
    Database,
    /// Redis is killed, and back later.
    Cache,
    /// One of a hundred calls of the bucket fails.
    Bucket,
    /// The disk is full for a while.
    Disk,
}

impl Trouble {
    /// How much is written meanwhile.
    pub(crate) fn pace(self) -> Pace {
        if self == Self::Bucket { Pace::PHOTOS } else { Pace::ORDINARY }
    }
}

/// From when to when something was broken, in seconds since the run began.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) what: String,
    pub(crate) began_s: f64,
    pub(crate) ended_s: f64,
}

/// Keeps the time of a run.
struct Clock {
    began: Instant,
    seconds: f64,
}

impl Clock {
    /// Waits until so much of the run is over.
    async fn reach(&self, share: f64) {
        sleep_until(self.began + Duration::from_secs_f64(self.seconds * share)).await;
    }

    fn now_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }
}

/// Breaks and mends something of a stack, in a run of so many seconds.
///
/// # Errors
/// When something cannot be broken or mended.
pub(crate) async fn inflict(trouble: Trouble, stack: &mut Stack, seconds: u64) -> Result<Vec<Window>, Error> {
    let clock = Clock { began: Instant::now(), seconds: seconds as f64 };
    Ok(match trouble {
        Trouble::None => Vec::new(),
        Trouble::Database => {
            let postgres = stack.postgres.as_mut().ok_or("there is no server to stop")?;
            clock.reach(0.2).await;
            let restarted = stop(postgres, Stop::Fast, 0.0, &clock).await?;
            clock.reach(0.5).await;
            vec![restarted, stop(postgres, Stop::Kill, clock.seconds / 10.0, &clock).await?]
        }
        Trouble::Cache => vec![kill(stack.redis.as_mut().ok_or("there is no cache to kill")?, &clock).await?],
        Trouble::Bucket => {
            stack.bucket.as_ref().ok_or("there is no bucket")?.faults.set(FAULTS);
            clock.reach(1.0).await;
            let what = format!("{:.0} % of S3's calls fail", FAULTS * 100.0);
            vec![Window { what, began_s: 0.0, ended_s: clock.now_s() }]
        }
        Trouble::Disk => vec![fill(stack.disk.as_ref().ok_or("there is no disk that can be full")?, &clock).await?],
    })
}

async fn kill(redis: &mut Redis, clock: &Clock) -> Result<Window, Error> {
    clock.reach(0.3).await;
    let began_s = clock.now_s();
    tokio::task::block_in_place(|| redis.kill());
    clock.reach(0.6).await;
    redis.resume().await?;
    Ok(Window { what: "Redis killed".to_owned(), began_s, ended_s: clock.now_s() })
}

/// Long enough for the journal of SQLite to want to grow.
async fn fill(disk: &Disk, clock: &Clock) -> Result<Window, Error> {
    clock.reach(0.2).await;
    let began_s = clock.now_s();
    tokio::task::block_in_place(|| disk.fill())?;
    clock.reach(0.6).await;
    disk.free()?;
    Ok(Window { what: "disk full".to_owned(), began_s, ended_s: clock.now_s() })
}

async fn stop(postgres: &mut Postgres, how: Stop, away_s: f64, clock: &Clock) -> Result<Window, Error> {
    let began_s = clock.now_s();
    tokio::task::block_in_place(|| postgres.stop(how));
    sleep(Duration::from_secs_f64(away_s)).await;
    postgres.resume().await?;
    let what = match how {
        Stop::Fast => "database restarted",
        Stop::Kill => "database killed (kill -9) and away",
    };
    Ok(Window { what: what.to_owned(), began_s, ended_s: clock.now_s() })
}
