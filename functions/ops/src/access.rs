//! The database of the environment, with another login than the environment's.

use db::Db;
use domain::connection::{Database, Login};
use domain::{Error, Kind, Result, World};
use std::time::Duration;

/// The way to the database for other logins.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    database: Database,
    world: World,
}

impl Access {
    pub(crate) fn new(database: &Database, world: World) -> Self {
        Self { database: database.clone(), world }
    }

    /// With the login in a secret, which is read again where the server rejects it.
    ///
    /// # Errors
    /// Bad input where the environment names the database by a URL.
    pub(crate) async fn with_secret(&self, arn: &str) -> Result<Db> {
        Db::open(&self.at(arn)?, "ops", self.world, secrets::logins(Duration::ZERO)).await
    }

    /// With this very login, whatever the server says to it.
    ///
    /// # Errors
    /// As [`Access::with_secret`].
    pub(crate) async fn with_login(&self, login: &Login) -> Result<Db> {
        let login = login.clone();
        let logins = move |_, _| -> secrets::PendingLogin {
            let login = login.clone();
            Box::pin(async move { Ok(login) })
        };
        Db::open(&self.at("")?, "ops", self.world, logins).await
    }

    /// Whether the server accepts this login now.
    ///
    /// # Errors
    /// As [`Access::with_secret`], and where the server does not answer.
    pub(crate) async fn accepts(&self, login: &Login) -> Result<bool> {
        self.with_login(login).await?.accepts_login().await
    }

    fn at(&self, arn: &str) -> Result<Database> {
        self.database.with_secret(arn).ok_or_else(|| {
            let detail = "Logins in secrets need the database by DB_SECRET_ARN and DB_HOST: a URL has its own login.";
            Error::new(Kind::BadInput, detail)
        })
    }
}
