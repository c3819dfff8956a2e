//! Dead letters back to the functions that have given them up: once the cause is gone, or to see whether it is.
//!
//! No photo is made here and no database is asked. The event goes back to the function that its letter names, which has all its tries
//! again and today's settings, and a letter again where it fails; so this needs a queue and a right to call functions, from
//! whatever desk, and it does for every function that gives up into the same queue. Without a queue it is the embedded server's
//! folder that is emptied, and the embedded server that delivers, now or when it starts.
//!
//! A letter goes when its event is accepted. One that is not, or that is no letter, stays and is reported. Whatever ends a run, the
//! same command goes on.

mod request;
mod summary;
mod walk;

pub use request::Request;
pub use summary::{Found, Kept, Summary};

use crate::Report;
use crate::allowance::Allowance;
use config::Config;
use dead_letters::DeadLetters;
use domain::connection::PhotoStore;
use domain::{Error, Kind, Result};
use walk::Walk;

/// Hands letters over until none is left, as many were looked at as were asked for, or somebody presses Ctrl-C.
///
/// # Errors
/// Bad input where nobody says which queue; those of the queue, and unavailable where one letter after the other is not accepted:
/// what is not handed over stays.
pub(crate) async fn redrive(config: &Config, request: &Request) -> Result<Report> {
    let letters = open(config, request).await?;
    let allowance = Allowance::until_interrupted(config::world().now);
    let summary = Walk::new(letters, request).run(&allowance).await?;
    Ok(Report::Redrive(summary))
}

async fn open(config: &Config, request: &Request) -> Result<DeadLetters> {
    let queue = request.queue.as_ref().or(config.dead_letter_queue_url.as_ref());
    match (queue, &config.store) {
        (Some(url), _) if !url.starts_with("https://") && !url.starts_with("http://") => {
            let detail = format!(
                "{url} is no address of a queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/name."
            );
            Err(Error::new(Kind::BadInput, detail))
        }
        (Some(url), _) => Ok(DeadLetters::in_queue(url).await),
        (None, PhotoStore::Folder { dir, .. }) => Ok(DeadLetters::in_folder(dir.join("events"))),
        (None, PhotoStore::S3 { .. }) => {
            let detail = "Say which queue: --queue, or DEAD_LETTER_QUEUE_URL, the stack's output PhotoDeadLettersUrl.";
            Err(Error::new(Kind::BadInput, detail))
        }
    }
}
