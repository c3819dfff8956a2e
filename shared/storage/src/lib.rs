//! The photo store, S3 or a local folder.
