//! Lambda function contribute.
