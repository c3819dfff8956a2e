//! Lambda function chargers.
