//! Who may be trusted, and who only looks so.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, PgConnection};
use std::path::Path;
use tests::certificates::Certificates;
use tests::postgres::{Options, PASSWORD, Server, USER};

async fn server(certificates: &Certificates) -> Option<Server> {
    Server::start(Options { certificates: Some(certificates.clone()), ..Options::default() }).await
}

async fn verify(server: &Server, authority: &Path) -> Result<PgConnection, sqlx::Error> {
    let options: PgConnectOptions = server.url(USER, PASSWORD, "postgres").parse().unwrap();
    options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(authority).connect().await
}

#[tokio::test]
async fn the_authority_that_signed_is_trusted_and_another_is_not() {
    let certificates = Certificates::make();
    let Some(server) = server(&certificates).await else { return };
    let mut session = verify(&server, certificates.authority()).await.unwrap();
    let is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(sqlx::query_scalar::<_, bool>(is_encrypted).fetch_one(&mut session).await.unwrap());
    let stranger = verify(&server, Certificates::make().authority()).await.unwrap_err();
    assert!(matches!(stranger, sqlx::Error::Tls(_) | sqlx::Error::Io(_)), "{stranger:?}");
    assert!(
        stranger.to_string().contains("UnknownIssuer") || stranger.to_string().contains("BadSignature"),
        "{stranger}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let certificates = Certificates::make_for(&["db.example"]);
    let Some(server) = server(&certificates).await else { return };
    let refused = verify(&server, certificates.authority()).await.unwrap_err().to_string();
    assert!(refused.contains("NotValidForName") || refused.contains("not valid for name"), "{refused}");
}

#[tokio::test]
async fn a_server_with_a_certificate_takes_nobody_without_tls() {
    let Some(server) = server(&Certificates::make()).await else { return };
    let options: PgConnectOptions = server.url(USER, PASSWORD, "postgres").parse().unwrap();
    let refused = options.ssl_mode(PgSslMode::Disable).connect().await.unwrap_err();
    assert_eq!(crate::code(&refused), "28000");
}

#[tokio::test]
async fn a_replica_of_a_server_with_a_certificate_has_it_too() {
    let certificates = Certificates::make();
    let Some(server) = server(&certificates).await else { return };
    let replica = server.replica().await;
    verify(&replica, certificates.authority()).await.unwrap();
}
