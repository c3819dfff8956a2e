//! Where the database and the photos are: the plain values that `config` hands to `db`, `secrets` and `storage`.

mod database;
mod photo_store;

pub use database::{Database, Login, Pool, Pooler, Replica, Server, SslMode, Tls, postgres_url};
pub use photo_store::PhotoStore;
