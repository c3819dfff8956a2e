//! API Gateway requests and responses.
