//! The table of variables: what the README shows, held true by a test.

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

const fn variable(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning }
}

/// Every variable that is read.
pub const ALL: &[Variable] = &[
    variable("APP_ENV", "", "`production` refuses SQLite and the local folder"),
    variable("DB_SECRET_ARN", "", "Secrets Manager secret with the database login; the first choice"),
    variable("DATABASE_URL", "", "`postgres://…` or `sqlite:PATH`; the second choice"),
    variable("DB_HOST", "", "PostgreSQL host; the third choice, else a SQLite file under `DATA_DIR`"),
    variable("DB_PORT", "5432", "PostgreSQL port"),
    variable("DB_NAME", "sharaspot", "PostgreSQL database"),
    variable("DB_USERNAME", "", "PostgreSQL login, with `DB_HOST`"),
    variable("DB_PASSWORD", "", "PostgreSQL password, with `DB_HOST`"),
    variable(
        "DB_SSLMODE",
        "verify-full",
        "TLS as libpq names it, where the URL says nothing: `disable` for development",
    ),
    variable("DB_SSLROOTCERT", "", "certificate authorities in PEM, else those of RDS and Amazon that are built in"),
    variable("DB_ADMIN_SECRET_ARN", "", "secret of a login that may make logins and set their passwords, for `ops`"),
    variable("DB_SECRET_TTL", "300", "seconds that a login from the secret is believed"),
    variable("DATABASE_READ_REPLICA_URL", "", "`postgres://…` of a copy for reads; without a user the primary's login"),
    variable("DB_REPLICA_HOST", "", "host of a copy for reads, with the primary's login"),
    variable("DB_REPLICA_PORT", "", "its port, else the primary's"),
    variable("USE_READ_REPLICA", "true", "`false` sends reads to the primary although a copy is named"),
    variable("DB_POOL_SIZE", "1", "connections that stay open; 8 outside of Lambda"),
    variable("DB_MAX_OVERFLOW", "0", "connections beyond those, closed after their use"),
    variable("DB_POOL_TIMEOUT", "3", "seconds that a request waits for a connection at most"),
    variable("DB_POOL_RECYCLE", "300", "seconds after which a connection is replaced; -1 never"),
    variable("DB_POOL_PRE_PING", "true", "a connection is tried out before a request gets it"),
    variable("DB_POOLER", "none", "`transaction` behind PgBouncer in transaction mode or RDS Proxy"),
    variable("DB_SLOW_QUERY_MS", "1000", "a statement that takes longer is logged by its name"),
    variable("CACHE_URL", "", "`redis://…` or `rediss://…` of a Redis or Valkey that all instances share answers in"),
    variable("CACHE_TIMEOUT_MS", "50", "milliseconds that it has to answer, and twice as many to take a connection"),
    variable("CACHE_MEMORY_BYTES", "16777216", "memory of each process for answers in bytes; 0 keeps none"),
    variable("S3_BUCKET", "", "bucket of the photos (`S3_BUCKET_NAME` too), else a folder under `DATA_DIR`"),
    variable("S3_BUCKET_NAME", "", "old name of `S3_BUCKET`"),
    variable(
        "PHOTO_BASE_URL",
        "",
        "public address of processed photos (CloudFront), else the bucket's or the embedded server's",
    ),
    variable("CDN_DISTRIBUTION_ID", "", "CloudFront distribution of the photos; without it nothing is invalidated"),
    variable("PHOTO_MAX_BYTES", "26214400", "largest upload in bytes"),
    variable("PHOTO_MAX_PIXELS", "64000000", "largest picture in pixels"),
    variable("PHOTO_MAX_WIDTH", "1920", "width of the main rendition at most"),
    variable("PHOTO_JPEG_QUALITY", "85", "JPEG quality of every rendition"),
    variable("PHOTO_JPEG_TRELLIS", "false", "`true` searches for the smallest JPEG: a tenth smaller, twice the time"),
    variable("PHOTO_RENDITIONS", "960,480,240", "widths of the thumbnails in pixels, or `none`"),
    variable("PHOTO_AVIF", "false", "`true` writes every rendition as AVIF, too"),
    variable("DATA_DIR", ".data", "where the embedded default keeps everything"),
    variable(
        "BACKUP_TO",
        "",
        "where backups are kept: a folder or `s3://BUCKET/PREFIX`, else `backups` under `DATA_DIR`",
    ),
    variable(
        "DEAD_LETTER_QUEUE_URL",
        "",
        "queue that `ops redrive` empties (output `PhotoDeadLettersUrl`), else a folder under `DATA_DIR`",
    ),
    variable("PORT", "3000", "port of the embedded server"),
    variable("LOCAL_ENDPOINT", "http://localhost:PORT", "address of the embedded server as clients reach it"),
    variable("RUST_LOG", "info", "which log lines are written; a request's last line always is"),
    variable("METRICS_NAMESPACE", "SharaSpot", "what CloudWatch files the metrics under"),
];
