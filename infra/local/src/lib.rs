//! The embedded server: the whole stack in one process, for development and tests.
//!
//! It stands where API Gateway, S3 and Lambda stand in production and behaves as they do, so that the handlers of
//! `functions/` run unchanged. Routes, authorizer, CORS and timeouts are read from `template.yaml`.
//!
//! No rule of the product lives here, and nothing here is part of a deployment.
//!
//! Start at [`boot`], which puts the parts together. API Gateway is [`gateway`]: a request becomes an event
//! ([`event`]), is invoked ([`invoke`]) and answered. S3 is [`s3`], its notifications are [`delivery`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
pub mod authorizer;
pub mod boot;
pub mod cors;
pub mod delivery;
pub mod dev_token;
pub mod event;
pub mod functions;
pub mod gateway;
pub mod greeting;
pub mod invoke;
pub mod renditions;
pub mod route;
pub mod s3;
pub mod server;
pub mod signing_key;
pub mod template;
