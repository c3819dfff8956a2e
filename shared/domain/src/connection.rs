//! Where the database and the photos are: the plain values that `config` hands to `db`, `cache`, `secrets` and `storage`.

mod cache;
mod database;
mod photo_store;

pub use cache::Cache;
pub use database::{Database, Login, Pool, Pooler, Replica, Server, SslMode, Tls, postgres_url};
pub use photo_store::PhotoStore;
