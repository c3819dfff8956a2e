//! How a connection is made: TLS that is verified, names, the clock after a freeze.

use crate::scene::{Scene, Secret, list, open};
use db::Db;
use domain::connection::{Database, Server, SslMode, Tls};
use domain::filter::Filter;
use domain::{Kind, Timestamp, World};
use std::error::Error as _;
use std::sync::atomic::{AtomicI64, Ordering};
use tests::certificates::Certificates;
use tests::postgres::{Options, PASSWORD, USER};

async fn count(db: &Db) -> Result<u64, domain::Error> {
    Ok(db.count_chargers(&Filter::default()).await?.count)
}

async fn secure_scene(certificates: &Certificates) -> Option<Scene> {
    // The scene is set by the superuser, who needs no TLS on the server's own socket; so here it is set by hand.
    let server =
        tests::postgres::Server::start(Options { certificates: Some(certificates.clone()), ..Options::default() })
            .await?;
    let database = server.create_database().await;
    let scene = Scene { server, database };
    let tls = Tls { mode: SslMode::VerifyFull, root_certificates: Some(certificates.authority().to_owned()) };
    let settings = Database { tls, ..scene.settings() };
    open(&settings, "migrate").await.migrate_up().await.unwrap();
    Some(scene)
}

#[tokio::test]
async fn a_server_is_believed_when_a_known_authority_says_that_it_is_the_one_we_meant() {
    let (certificates, strangers) = (Certificates::make_for(&["localhost"]), Certificates::make_for(&["localhost"]));
    let Some(scene) = secure_scene(&certificates).await else { return };
    let url = scene.url(USER, PASSWORD);
    let elsewhere = url.replace("@localhost:", "@127.0.0.1:");
    let ours = Some(certificates.authority().to_owned());
    let theirs = Some(strangers.authority().to_owned());
    for (url, mode, root_certificates, is_believed) in [
        (&url, SslMode::VerifyFull, &ours, true),
        (&url, SslMode::VerifyFull, &theirs, false),
        // RDS and Amazon did not sign it.
        (&url, SslMode::VerifyFull, &None, false),
        (&url, SslMode::VerifyCa, &None, false),
        (&elsewhere, SslMode::VerifyFull, &ours, false),
        (&elsewhere, SslMode::VerifyCa, &ours, true),
        (&url, SslMode::Require, &None, true),
        // The server wants TLS.
        (&url, SslMode::Disable, &None, false),
    ] {
        let tls = Tls { mode, root_certificates: root_certificates.clone() };
        let database = Database { tls, ..Database::at(url.as_str(), 1) };
        let counted = count(&open(&database, "tls").await).await;
        assert_eq!(counted.is_ok(), is_believed, "{mode:?} {counted:?}");
        if let Err(error) = counted {
            assert_eq!(error.kind(), Kind::Unavailable);
            assert!(!format!("{error:?}").contains(PASSWORD));
        }
    }
}

#[tokio::test]
async fn the_default_is_verify_full_and_a_url_may_say_otherwise() {
    let certificates = Certificates::make_for(&["localhost"]);
    let Some(scene) = secure_scene(&certificates).await else { return };
    let url = scene.url(USER, PASSWORD);
    let refused = count(&open(&Database::at(&url, 1), "tls").await).await.unwrap_err();
    assert_eq!(refused.source().unwrap().to_string(), "TLS handshake failed");
    let join = if url.contains('?') { '&' } else { '?' };
    let loosened = format!("{url}{join}sslmode=require");
    assert_eq!(count(&open(&Database::at(loosened, 1), "tls").await).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_without_tls_is_not_used_by_default() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let refused = count(&open(&Database::at(scene.url(USER, PASSWORD), 1), "tls").await).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Unavailable);
}

#[tokio::test]
async fn a_session_bears_the_name_of_its_function() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "route-search").await;
    list(&db).await.assert_whole();
    assert_eq!(scene.server.sessions("route-search").await, 1);
}

static TIME: AtomicI64 = AtomicI64::new(0);

fn now() -> Timestamp {
    Timestamp::from_micros(TIME.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_connection_that_slept_through_its_time_is_replaced_by_the_wall_clock() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let secret = Secret::default();
    secret.set(USER, PASSWORD);
    let server = Server::Secret {
        arn: "arn".to_owned(),
        host: Some("localhost".to_owned()),
        port: scene.server.port(),
        name: scene.database.clone(),
    };
    let world = World { now, ..config::world() };
    let db = secret.open(&Database { server, ..scene.settings() }, "frozen", world).await;
    let backend = async || {
        list(&db).await.assert_whole();
        let backend = "SELECT min(pid)::bigint FROM pg_stat_activity WHERE application_name = 'frozen'";
        sqlx::query_scalar::<_, i64>(backend).fetch_one(&mut scene.server.superuser("postgres").await).await.unwrap()
    };
    let first = backend().await;
    TIME.store(299_000_000, Ordering::Relaxed);
    assert_eq!(backend().await, first);
    // A Lambda instance is frozen and wakes up: only the wall clock has gone on.
    TIME.store(299_000_000 + 300_000_000, Ordering::Relaxed);
    list(&db).await.assert_whole();
    tests::eventually("the old one is gone", async || backend().await != first).await;
    assert!(secret.questions.load(Ordering::Relaxed) >= 2, "and the login is asked for with each connection");
}
