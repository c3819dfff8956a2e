//! Database credentials from Secrets Manager.
