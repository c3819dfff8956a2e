//! Whether everything is well that the functions need, and for each thing that is not, what to do about it.
//!
//! Each check is a line and is made whatever the others say, but for those whose subject cannot be had. None takes longer than a few
//! seconds, none changes anything but for an object of a few bytes that comes and goes in the photo store (`doctor/…`: there it wakes
//! nobody) and where backups are kept, and none shows a password. A wrong environment is a finding too: nothing has to be open for this.

mod backups;
mod cache;
mod clock;
mod configuration;
mod database;
mod files;
mod finding;
mod photo_store;
mod replica;
mod secret;

pub use finding::{Examination, Finding, State};

use config::{Config, ConfigError};
use domain::{Error, World};
use std::time::Duration;

/// No check takes longer.
const LIMIT: Duration = Duration::from_secs(5);

/// Whom to examine.
#[derive(Debug)]
pub struct Patient {
    /// What the environment says.
    pub config: Option<Config>,
    /// What is wrong with it.
    pub mistakes: Vec<ConfigError>,
    /// The clock that is compared with others'.
    pub world: World,
}

impl Patient {
    /// This very process.
    pub(crate) fn of(config: &Result<Config, ConfigError>) -> Self {
        let mistakes = if config.is_ok() { Vec::new() } else { Config::mistakes() };
        Self { config: config.as_ref().ok().cloned(), mistakes, world: config::world() }
    }
}

/// Makes every check.
pub async fn examine(patient: &Patient) -> Examination {
    let mut findings = vec![configuration::check(patient.config.as_ref(), &patient.mistakes)];
    let Some(config) = &patient.config else {
        let names = [secret::NAME].iter().chain(&database::NAMES).chain([&replica::NAME]);
        let names = names.chain(&photo_store::NAMES).chain([&backups::NAME, &cache::NAME]).chain(&files::NAMES);
        findings.extend(names.map(|name| Finding::absent(name, "not looked at: the configuration is wrong")));
        return Examination { findings };
    };
    // Boxed: each is as large as all that it opens, and together they are more than some threads have room for.
    let (of_database, of_photo_store, of_backups, of_cache) = tokio::join!(
        Box::pin(async {
            let secret = secret::check(config).await;
            let is_readable = secret.state != State::Failed;
            let mut findings = vec![secret];
            findings.extend(database::check(config, patient.world, is_readable).await);
            findings.push(replica::check(config, patient.world, is_readable).await);
            findings
        }),
        Box::pin(photo_store::check(config, patient.world)),
        Box::pin(backups::check(config, patient.world)),
        Box::pin(cache::check(config)),
    );
    findings.extend(of_database);
    findings.extend(of_photo_store);
    findings.extend([of_backups, of_cache]);
    findings.extend(files::check(config, patient.world));
    Examination { findings }
}

/// The work's answer, or the error of something that does not answer.
async fn within<T>(limit: Duration, work: impl Future<Output = domain::Result<T>>) -> domain::Result<T> {
    let silent = |_| Err(Error::unavailable("other end", format!("no answer within {} s", limit.as_secs())));
    tokio::time::timeout(limit, work).await.unwrap_or_else(silent)
}

/// Why something failed, without the sentence that a client gets.
fn cause(error: &Error) -> String {
    let chain = std::iter::successors(std::error::Error::source(error), |error| error.source());
    // The AWS clients end their chains with a dump of all that they know.
    let causes: Vec<String> = chain.map(ToString::to_string).filter(|cause| !cause.contains(" { ")).collect();
    if causes.is_empty() { error.detail().trim_end_matches('.').to_owned() } else { causes.join(": ") }
}
