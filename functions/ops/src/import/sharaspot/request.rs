//! What is asked for.

use super::Identities;
use clap::Args;
use domain::{Error, Kind, Result};
use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use storage::Place;

const MAX_JOBS: i64 = 64;

/// Where from, and how.
#[derive(Clone, Debug, Args)]
pub struct Request {
    /// The original's database, postgresql://… as in DATABASE_URL; it is only read
    #[arg(value_name = "POSTGRES_URL")]
    url: Address,
    /// CSV with the columns user_id and sub: who users are with the new identity provider; others keep their ids
    #[arg(long, value_name = "FILE")]
    identities: Option<PathBuf>,
    /// A copy of the old bucket: photos with addresses are taken from it by the addresses' paths, else kept as links
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX")]
    photos_from: Option<String>,
    /// Write every row that could not come or was put right there, as CSV
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// So many photos at a time; each may need 200 MB
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=MAX_JOBS))]
    jobs: u16,
}

/// An address that may hold a password.
#[derive(Clone)]
struct Address(String);

impl FromStr for Address {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Request {
    pub(super) fn url(&self) -> &str {
        &self.url.0
    }

    pub(super) fn rejects(&self) -> Option<&Path> {
        self.rejects.as_deref()
    }

    pub(super) fn jobs(&self) -> usize {
        usize::from(self.jobs)
    }

    /// # Errors
    /// Bad input for a file that is none.
    pub(super) fn identities(&self) -> Result<Identities> {
        self.identities.as_deref().map_or_else(|| Ok(Identities::default()), Identities::read)
    }

    /// Where photos with addresses are, if anywhere.
    ///
    /// # Errors
    /// Bad input for a folder that is none; as [`Place::open`].
    pub(super) async fn place(&self) -> Result<Option<Place>> {
        let Some(from) = &self.photos_from else { return Ok(None) };
        if !from.starts_with("s3://") && !Path::new(from).is_dir() {
            return Err(Error::new(Kind::BadInput, format!("There is no folder {from}.")));
        }
        Place::open(from).await.map(Some)
    }
}
