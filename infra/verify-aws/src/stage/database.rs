//! A database as RDS makes one: TLS only, and an administrator who is no superuser.

use crate::Trouble;
use serde_json::{Value, json};
use tests::certificates::Certificates;
use tests::postgres::{Options, Server};

const ADMIN: &str = "sharaspot_admin";
const DATABASE: &str = "sharaspot";
/// As RDS draws them: with everything in it that has to be quoted somewhere.
const PASSWORD: &str = "k)8'Q|t$~[7%{u}\\+x";

/// Starts the server; the login of the administrator, as its secret has it.
///
/// # Errors
/// When PostgreSQL is not installed.
pub(super) async fn start(certificates: &Certificates) -> Result<(Server, Value), Trouble> {
    let options = Options { certificates: Some(certificates.clone()), max_connections: 80, settings: Vec::new() };
    let server =
        Server::start(options).await.ok_or("PostgreSQL is not installed: infra/setup.sh verify installs it")?;
    let password = PASSWORD.replace('\'', "''");
    server.administer(format!("CREATE ROLE {ADMIN} LOGIN CREATEROLE CREATEDB PASSWORD '{password}'")).await;
    server.administer(format!("GRANT pg_monitor, pg_signal_backend TO {ADMIN} WITH ADMIN OPTION")).await;
    server.administer(format!("CREATE DATABASE {DATABASE} OWNER {ADMIN}")).await;
    Ok((server, json!({"username": ADMIN, "password": PASSWORD})))
}
