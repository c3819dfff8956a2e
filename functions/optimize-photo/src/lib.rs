//! Lambda function optimize-photo.
