//! Lambda function ops.
