//! What the environment says, read once at boot: variables, the clock, randomness.
//!
//! The only crate that reads the environment. It decides which database and which photo store are used (`DB_SECRET_ARN`, then
//! `DATABASE_URL`, then `DB_HOST`…, then a SQLite file; `S3_BUCKET`, then a folder) and refuses the embedded defaults where
//! `APP_ENV=production`. It opens nothing: what it says is handed on by each `main.rs`.
//!
//! Start with [`Config::from_env`] ([`Cdn::from_env`] for the one function without a database); [`variables::ALL`] is the table that the README shows.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod variables;

mod cache;
mod cdn;
mod database;
mod photos;
mod store;

pub use cdn::Cdn;
pub use photos::Photos;

use domain::connection::{Cache, Database, PhotoStore};
use domain::{Timestamp, World};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Everything that the environment decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which database.
    pub database: Database,
    /// What answers are kept in.
    pub cache: Cache,
    /// How long a login from Secrets Manager is believed.
    pub secret_ttl: Duration,
    /// The secret of a login that may make logins and change their passwords: for `ops` alone.
    pub admin_secret: Option<String>,
    /// Which photo store.
    pub store: PhotoStore,
    /// The public address of processed photos, without a slash at the end.
    pub photo_base_url: String,
    /// Limits and settings of photos.
    pub photos: Photos,
    /// The port of the embedded server.
    pub port: u16,
    /// Where the embedded default keeps everything.
    pub data_dir: PathBuf,
    /// Where backups are kept: a folder, or `s3://BUCKET/PREFIX`.
    pub backup_to: String,
    /// The queue of events that functions have given up, at SQS.
    pub dead_letter_queue_url: Option<String>,
    /// Which log lines are written: a level, or `target=level` pairs with commas in between.
    pub log_filter: String,
    /// What CloudWatch files our metrics under.
    pub metrics_namespace: String,
}

/// A variable that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub detail: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.detail)
    }
}

impl std::error::Error for ConfigError {}

/// Answers what a variable is set to; an empty value counts as not set.
pub(crate) struct Env<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Env<'_> {
    fn text(&self, name: &'static str) -> Option<String> {
        (self.0)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn log_filter(&self) -> String {
        self.text("RUST_LOG").unwrap_or_else(|| "info".to_owned())
    }

    fn metrics_namespace(&self) -> String {
        self.text("METRICS_NAMESPACE").unwrap_or_else(|| "SharaSpot".to_owned())
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str, default: T) -> Result<T, ConfigError> {
        let wrong = |_| ConfigError { variable: name, detail: "must be a whole number within its range".to_owned() };
        self.text(name).map_or(Ok(default), |text| text.parse().map_err(wrong))
    }
}

impl Env<'_> {
    fn within(&self, name: &'static str, default: i64, range: RangeInclusive<i64>) -> Result<i64, ConfigError> {
        let value = self.number(name, default)?;
        let detail = || format!("must be from {} to {}", range.start(), range.end());
        if range.contains(&value) { Ok(value) } else { Err(ConfigError { variable: name, detail: detail() }) }
    }

    fn choice<T: Copy>(&self, name: &'static str, default: T, words: &[(&str, T)]) -> Result<T, ConfigError> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)).map(|(_, value)| *value);
        known.ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            ConfigError { variable: name, detail: format!("must be one of {}", words.join(", ")) }
        })
    }
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names the variable that is missing or not as it should be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let env = Env(lookup);
        let is_production = env.text("APP_ENV").is_some_and(|name| name == "production");
        let data_dir = PathBuf::from(env.text("DATA_DIR").unwrap_or_else(|| ".data".to_owned()));
        let port = env.number("PORT", 3000)?;
        if port == 0 {
            return Err(ConfigError { variable: "PORT", detail: "must be a port that clients can be told".to_owned() });
        }
        let endpoint = env.text("LOCAL_ENDPOINT").unwrap_or_else(|| format!("http://localhost:{port}"));
        let database = database::read(&env, &data_dir)?;
        let store = store::read(&env, &data_dir, &endpoint);
        if is_production {
            database::refuse_embedded(&database)?;
            store::refuse_embedded(&store)?;
        }
        let photo_base_url = env.text("PHOTO_BASE_URL").unwrap_or_else(|| store::default_base_url(&store, &endpoint));
        Ok(Self {
            database,
            cache: cache::read(&env)?,
            secret_ttl: Duration::from_secs(env.within("DB_SECRET_TTL", 300, 0..=86_400)? as u64),
            admin_secret: env.text("DB_ADMIN_SECRET_ARN"),
            store,
            photo_base_url: photo_base_url.trim_end_matches('/').to_owned(),
            photos: Photos::read(&env)?,
            port,
            backup_to: env.text("BACKUP_TO").unwrap_or_else(|| data_dir.join("backups").display().to_string()),
            data_dir,
            dead_letter_queue_url: env.text("DEAD_LETTER_QUEUE_URL"),
            log_filter: env.log_filter(),
            metrics_namespace: env.metrics_namespace(),
        })
    }

    /// Everything that is wrong with the process's environment: the first mistake, and those that come to light without it.
    pub fn mistakes() -> Vec<ConfigError> {
        Self::mistakes_in(&|name| std::env::var(name).ok())
    }

    /// Everything that is wrong with variables from anywhere.
    pub fn mistakes_in(lookup: &dyn Fn(&str) -> Option<String>) -> Vec<ConfigError> {
        let mut mistakes: Vec<ConfigError> = Vec::new();
        loop {
            let is_known = |name: &str| mistakes.iter().any(|mistake| mistake.variable == name);
            match Self::read(&|name| lookup(name).filter(|_| !is_known(name))) {
                // One that is missing stays so.
                Err(mistake) if !is_known(mistake.variable) => mistakes.push(mistake),
                _ => return mistakes,
            }
        }
    }

    /// One line that says what was chosen, without a password.
    pub fn summary(&self) -> String {
        let shared = self.cache.url.as_ref().map(|_| format!("; cache: {}", self.cache)).unwrap_or_default();
        format!("database: {}; photos: {}{shared}", self.database, self.store)
    }
}

/// Whether this process runs under the Lambda runtime, real or local.
pub fn is_lambda() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// The real clock, to the microsecond, and random ids that sort by the time of their making (UUIDv7).
pub fn world() -> World {
    World { now: || Timestamp::from(OffsetDateTime::now_utc()), new_id: Uuid::now_v7 }
}

/// A password that nobody has had before and nobody guesses: 244 random bits, in 64 letters and digits.
pub fn new_password() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests;
