//! A service that has an arena for each request: JSON in, JSON out, over HTTP.
//!
//! ```text
//! cargo run --release -p janus-service --bin service -- --port 8080
//! curl -d '{"b": 1, "a": [3, 1, 2]}' http://127.0.0.1:8080/sort
//! ```
//!
//! | request | response |
//! | --- | --- |
//! | `POST /summary` | how many values a JSON document has of each kind, and its most frequent keys |
//! | `POST /sort` | the document with its keys and its arrays in order |
//! | `GET /memory` | a page with the memory of each route, of requests and of responses |
//! | `GET /metrics` | the same for Prometheus |
//!
//! The memory of requests is a parameter, [`Memory`], so that the same program runs with other allocators. [`Limited`] is the one to copy:
//!
//! ```text
//! service: 256 MiB ──┬── /summary ──┬── the arena of a request: 8 MiB
//!                    │              └── the arena of a request: 8 MiB
//!                    └── /sort ──────── the arena of a request: 8 MiB
//! responses: 64 MiB ──── a body until it is sent
//! ```
//!
//! * A request that needs more than its arena may have gets 413. One that finds the memory of the service exhausted gets 503. Nothing
//!   else is disturbed.
//! * The arena goes back to its pool before the response is sent, so a client that stops reading holds its response and nothing else.
//! * Each route is a tag, by `tagged`, in whichever threads its tasks run.

mod body;
mod json;
mod memory;
mod metrics;
mod page;
mod program;
mod refused;
mod response;
mod route;
mod server;
mod service;

pub use memory::bumpalo::Bumpalo;
pub use memory::limited::Limited;
pub use memory::unlimited::Unlimited;
pub use memory::{Limits, Memory, POOL, Work};
pub use program::run;
pub use refused::Refused;
pub use route::Route;
pub use server::Server;
pub use service::{Options, Service, Tags};
