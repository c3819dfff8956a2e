//! The embedded server: the whole stack in one process, for development and tests.
//!
//! It stands where API Gateway, S3 and Lambda stand in production and behaves as they do, so that the handlers of
//! `functions/` run unchanged. Routes, authorizer, CORS and timeouts are read from `template.yaml`.
//!
//! No rule of the product lives here, and nothing here is part of a deployment.
//!
//! Start at [`gateway`]: a request becomes an event ([`event`]), is invoked ([`invoke`]) and answered.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
pub mod authorizer;
pub mod cors;
pub mod dev_token;
pub mod event;
pub mod gateway;
pub mod invoke;
pub mod renditions;
pub mod route;
pub mod server;
pub mod signing_key;
pub mod template;
