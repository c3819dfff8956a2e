//! The database login from Secrets Manager.
//!
//! The only crate that names Secrets Manager: a client that costs a cold start nothing before it is used, a cache, and the
//! secret's JSON. It hands out logins, and moves a secret's versions where one is rotated; what is done with them is the business of
//! `db` and `ops`. A password never reaches a log or a `Debug` text.
//!
//! Start with [`logins`]; a rotation, with [`Versions`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cache;
mod client;
mod secret;
mod versions;

pub use versions::{Stage, Versions};

use cache::Cache;
use domain::Result;
use domain::connection::Login;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A login that is on its way.
pub type PendingLogin = Pin<Box<dyn Future<Output = Result<Login>> + Send>>;

/// Where `db` asks for logins: a secret's ARN in, its login out. A login is kept for `ttl`, unless it comes along with the question:
/// then the server has rejected it, and the secret is read again; in the middle of a rotation also what it is about to become.
///
/// The answer is unavailable when Secrets Manager does not answer or refuses, internal when the secret is no database login.
pub fn logins(ttl: Duration) -> impl Fn(String, Option<Login>) -> PendingLogin + Send + Sync + 'static {
    let cache = Arc::new(Cache::new(ttl));
    move |arn, rejected| {
        let cache = cache.clone();
        Box::pin(async move { cache.login(&arn, rejected.as_ref(), client::fetch).await })
    }
}
