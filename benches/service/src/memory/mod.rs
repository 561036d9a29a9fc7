//! Where the memory of requests and responses comes from.

pub(crate) mod bumpalo;
pub(crate) mod limited;
pub(crate) mod unlimited;

use std::fmt::Write;

use janus_alloc::api::Allocator;
use janus_alloc::pools;

use crate::{Refused, Route};

/// The options of the pool that is the default. The service uses few MiB, so its thread caches need not hold 32.
pub const POOL: pools::Options = pools::Options::new().caches(1 << 20);

/// The limits of a service, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of all requests together, and of the arenas that wait for the next ones.
    pub service: usize,
    /// Of a request.
    pub request: usize,
    /// Of all responses together that are not sent yet.
    pub responses: usize,
    /// Of an arena that waits for the next request.
    pub idle_arena: usize,
    /// The number of arenas that wait for the next requests, for each route.
    pub idle_arenas: usize,
}

impl Limits {
    /// The limits of a small service.
    pub const DEFAULT: Self =
        Self { service: 256 << 20, request: 8 << 20, responses: 64 << 20, idle_arena: 64 << 10, idle_arenas: 64 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The allocators of a service. The rest of the program is the same for all of them.
pub trait Memory: Send + Sync + 'static {
    /// Whether everything that a request has allocated ends with its arena, so that its values need not be dropped.
    const ENDS_AT_ONCE: bool;

    /// Owns what a request allocates. A task holds it across an `.await`, so it is `Send`, and so is a reference to it.
    type Arena: Allocator + Send + Sync + 'static;

    /// The allocator of responses, which outlive their requests.
    type Responses: Allocator + Clone + Send + Sync + 'static;

    /// Returns an arena for a request.
    fn arena(&self, route: Route) -> Self::Arena;

    /// Does the part of a request that has no `.await`. So its allocator need not be `Send`.
    fn work<W: Work>(arena: &Self::Arena, work: W) -> W::Output;

    /// Returns the allocator of responses.
    fn responses(&self) -> Self::Responses;

    /// Returns why the last request for memory in an arena has failed. Called before the next `.await`.
    fn refusal(&self) -> Refused {
        Refused::Busy
    }

    /// Returns unused memory, after some was refused.
    fn release_idle(&self) {}

    /// Appends what is known about the arenas, for Prometheus.
    fn write_metrics(&self, _: &mut dyn Write) -> std::fmt::Result {
        Ok(())
    }
}

/// Work over any allocator.
pub trait Work {
    /// The result, without anything of the allocator.
    type Output;

    /// Does the work.
    fn run<A: Allocator + Clone>(self, memory: A) -> Self::Output;
}
