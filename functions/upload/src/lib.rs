//! Lambda function upload.
