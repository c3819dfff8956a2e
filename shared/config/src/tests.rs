use super::*;
use domain::connection::{Pool, Replica, Server, SslMode};

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn an_empty_environment_is_the_embedded_default() {
    let config = read(&[]).unwrap();
    assert_eq!(config.summary(), "database: SQLite .data/sharaspot.db; photos: folder .data/photos");
    assert_eq!(config.photo_base_url, "http://localhost:3000");
}

#[test]
fn the_database_is_chosen_in_the_documented_order() {
    let all = [
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:1:secret:db"),
        ("DATABASE_URL", "postgresql+asyncpg://ann:secret@db.example:6543/spots"),
        ("DB_HOST", "other.example"),
        ("DB_USERNAME", "bob"),
        ("DB_PASSWORD", "p@ss/word"),
    ];
    let server = |pairs: &[(&str, &str)]| read(pairs).unwrap().database.server;
    assert!(matches!(server(&all), Server::Secret { .. }));
    assert_eq!(server(&all[1..]), Server::Url("postgresql://ann:secret@db.example:6543/spots".into()));
    assert_eq!(server(&all[2..]), Server::Url("postgres://bob:p%40ss%2Fword@other.example:5432/sharaspot".into()));
    assert_eq!(server(&[("DATABASE_URL", "sqlite:/tmp/x.db")]), Server::Url("sqlite:/tmp/x.db".into()));
}

#[test]
fn a_lambda_instance_has_one_connection_and_the_five_names_of_the_pool_are_honoured() {
    let lambda = ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    assert_eq!(read(&[lambda]).unwrap().database.pool, Pool::default());
    assert_eq!(Pool::default().size + Pool::default().overflow, 1);
    assert_eq!(read(&[]).unwrap().database.pool.size, 8);
    let named = [
        ("DB_POOL_SIZE", "2"),
        ("DB_MAX_OVERFLOW", "3"),
        ("DB_POOL_TIMEOUT", "4"),
        ("DB_POOL_RECYCLE", "-1"),
        ("DB_POOL_PRE_PING", "False"),
    ];
    let timeout = Duration::from_secs(4);
    let expected = Pool { size: 2, overflow: 3, timeout, recycle: None, pre_ping: false };
    assert_eq!(read(&named).unwrap().database.pool, expected);
}

#[test]
fn reads_go_to_a_replica_where_one_is_named_and_not_switched_off() {
    let replica = |pairs: &[(&str, &str)]| read(pairs).unwrap().database.replica;
    let host = ("DB_REPLICA_HOST", "replica.example");
    assert_eq!(replica(&[]), None);
    assert_eq!(replica(&[host]), Some(Replica::Host { host: "replica.example".into(), port: None }));
    assert_eq!(replica(&[host, ("USE_READ_REPLICA", "false")]), None);
    let url = ("DATABASE_READ_REPLICA_URL", "postgresql+asyncpg://r/d");
    assert_eq!(replica(&[host, url]), Some(Replica::Url("postgresql://r/d".into())));
}

#[test]
fn tls_is_verified_in_full_unless_it_is_said_otherwise() {
    assert_eq!(read(&[]).unwrap().database.tls.mode, SslMode::VerifyFull);
    assert_eq!(read(&[("DB_SSLMODE", "disable")]).unwrap().database.tls.mode, SslMode::Disable);
    let error = read(&[("DB_SSLMODE", "maybe")]).unwrap_err();
    assert!(error.detail.contains("verify-ca"), "{error}");
}

#[test]
fn production_refuses_the_embedded_defaults_by_name() {
    let production = ("APP_ENV", "production");
    assert_eq!(read(&[production]).unwrap_err().variable, "DATABASE_URL");
    let database = ("DATABASE_URL", "postgres://h/d");
    assert_eq!(read(&[production, database]).unwrap_err().variable, "S3_BUCKET");
    let sqlite = ("DATABASE_URL", "sqlite:x.db");
    assert_eq!(read(&[production, sqlite, ("S3_BUCKET", "b")]).unwrap_err().variable, "DATABASE_URL");
    assert!(read(&[production, database, ("S3_BUCKET_NAME", "b")]).is_ok());
}

#[test]
fn what_invalidates_the_cdn_needs_neither_a_database_nor_a_bucket() {
    let read = |id: &'static str| {
        Cdn::read(&|name| match name {
            "APP_ENV" => Some("production".to_owned()),
            "CDN_DISTRIBUTION_ID" => Some(id.to_owned()),
            _ => None,
        })
    };
    assert_eq!(read(" E2QWRUHAPOMQZL ").distribution_id.as_deref(), Some("E2QWRUHAPOMQZL"));
    assert_eq!((read("").distribution_id, read("").summary()), (None, "CDN: none".to_owned()));
}

#[test]
fn no_summary_and_no_debug_text_shows_a_password() {
    let shared = ("CACHE_URL", "rediss://ann:s3cret@c:6380/1");
    let config = read(&[("DATABASE_URL", "postgres://ann:s3cret@h/d"), shared]).unwrap();
    assert!(!config.summary().contains("s3cret") && !format!("{config:?}").contains("s3cret"));
    assert!(config.summary().contains("PostgreSQL") && config.summary().contains("shared c:6380/1"));
}

#[test]
fn a_wrong_number_names_its_variable() {
    assert_eq!(read(&[("PORT", "70000")]).unwrap_err().variable, "PORT");
    assert_eq!(read(&[("PORT", "0")]).unwrap_err().variable, "PORT");
    assert_eq!(read(&[("DATABASE_URL", "mysql://a/b")]).unwrap_err().variable, "DATABASE_URL");
    assert_eq!(read(&[("PHOTO_JPEG_QUALITY", "101")]).unwrap_err().variable, "PHOTO_JPEG_QUALITY");
    assert_eq!(read(&[("PHOTO_AVIF", "perhaps")]).unwrap_err().variable, "PHOTO_AVIF");
    assert_eq!(read(&[("PHOTO_RENDITIONS", "960,15")]).unwrap_err().variable, "PHOTO_RENDITIONS");
    assert_eq!(read(&[("PHOTO_RENDITIONS", "960;480")]).unwrap_err().variable, "PHOTO_RENDITIONS");
    assert_eq!(read(&[("DB_POOL_SIZE", "0")]).unwrap_err().variable, "DB_POOL_SIZE");
    assert_eq!(read(&[("DB_POOLER", "session")]).unwrap_err().variable, "DB_POOLER");
    assert_eq!(read(&[("DATABASE_READ_REPLICA_URL", "h")]).unwrap_err().variable, "DATABASE_READ_REPLICA_URL");
    assert_eq!(read(&[("CACHE_URL", "memcached://h")]).unwrap_err().variable, "CACHE_URL");
    assert_eq!(read(&[("CACHE_MEMORY_BYTES", "-1")]).unwrap_err().variable, "CACHE_MEMORY_BYTES");
    assert_eq!(read(&[("DB_HOST", "h")]).unwrap_err().variable, "DB_USERNAME");
}

#[test]
fn every_mistake_is_found_at_once() {
    let found = |pairs: &[(&str, &str)]| -> Vec<&str> {
        let lookup = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::mistakes_in(&lookup).into_iter().map(|mistake| mistake.variable).collect()
    };
    assert_eq!(found(&[]), [""; 0]);
    let wrong = [("PORT", "0"), ("DB_SSLMODE", "maybe"), ("DB_HOST", "h"), ("PHOTO_AVIF", "perhaps")];
    assert_eq!(found(&wrong), ["PORT", "DB_USERNAME"], "what is missing hides what comes behind it");
    assert_eq!(found(&[wrong[0], wrong[1], wrong[3]]), ["PORT", "DB_SSLMODE", "PHOTO_AVIF"]);
    assert_eq!(found(&[("APP_ENV", "production"), ("DATABASE_URL", "mysql://h/d")]), ["DATABASE_URL"]);
}

#[test]
fn thumbnails_are_listed_in_any_order_or_not_wanted_at_all() {
    let widths = |text: &str| read(&[("PHOTO_RENDITIONS", text)]).unwrap().photos.thumbnail_widths_px;
    assert_eq!(widths(""), [960, 480, 240]);
    assert_eq!(widths("320, 1280,320"), [1280, 320]);
    assert_eq!(widths("none"), [0; 0]);
}

#[test]
fn passwords_are_long_plain_and_never_the_same() {
    let passwords = [new_password(), new_password()];
    assert!(
        passwords.iter().all(|password| password.len() == 64 && password.bytes().all(|b| b.is_ascii_alphanumeric()))
    );
    assert_ne!(passwords[0], passwords[1]);
}
