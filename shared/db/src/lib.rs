//! The database, PostgreSQL or SQLite.
