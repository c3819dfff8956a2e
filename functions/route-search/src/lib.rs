//! Lambda function route-search.
