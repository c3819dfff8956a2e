//! The geometry against brute force and real routes: its public functions only.

#![allow(clippy::unwrap_used)]

mod brute_force;
mod cover;
mod projection;
mod real_routes;
mod shapes;
