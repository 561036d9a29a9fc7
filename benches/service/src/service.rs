use std::convert::Infallible;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::Request;
use hyper::body::Incoming;
use janus_alloc::api::Allocator;
use janus_alloc::by_tag::tagged;
use janus_alloc::stats::Report;

use crate::response::{self, Answer};
use crate::{Memory, Refused, Route, Work, body, json, metrics, page};

/// The limits of a service that are not about memory.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The bytes of a body.
    pub max_body: usize,
    /// The time in which a body has to come. Until then the request holds its arena.
    pub body_timeout: Duration,
    /// The time that a client may read nothing of a response. Then the connection ends, and with it the response.
    pub write_timeout: Duration,
    /// The time between two requests of a connection.
    pub idle_timeout: Duration,
    /// The bytes that the system keeps for a client that reads slowly; `None` for as many as it likes.
    pub send_buffer: Option<u32>,
    /// The report of the default, if that counts by tags.
    pub tags: Option<Tags>,
}

/// Returns what each tag has allocated.
pub type Tags = fn() -> Report;

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            send_buffer: None,
            tags: None,
        }
    }
}

/// A service, whoever brings the requests.
#[derive(Debug)]
pub struct Service<M> {
    pub(crate) memory: M,
    pub(crate) options: Options,
    pub(crate) outcomes: Outcomes,
}

/// The number of requests, for each route and each status of [`STATUSES`].
#[derive(Debug, Default)]
pub(crate) struct Outcomes([[AtomicU64; STATUSES.len()]; Route::ALL.len()]);

/// The status of responses. All others count as the last one.
pub(crate) const STATUSES: [u16; 7] = [200, 400, 404, 405, 408, 413, 503];

impl Outcomes {
    fn count(&self, route: Route, status: u16) {
        let index = STATUSES.iter().position(|&known| known == status).unwrap_or(STATUSES.len() - 1);
        self.0[route.index()][index].fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of requests of each route and status that there were.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Route, u16, u64)> {
        Route::ALL.into_iter().zip(&self.0).flat_map(|(route, counts)| {
            let count = move |(status, count): (u16, &AtomicU64)| (route, status, count.load(Ordering::Relaxed));
            STATUSES.into_iter().zip(counts).map(count).filter(|&(_, _, count)| count > 0)
        })
    }
}

impl<M: Memory> Service<M> {
    /// Creates a service.
    pub fn new(memory: M, options: Options) -> Self {
        Self { memory, options, outcomes: Outcomes::default() }
    }

    /// Returns the memory of requests.
    pub const fn memory(&self) -> &M {
        &self.memory
    }

    /// Answers a request, under the tag of its route. When the answer exists, the memory of the request has gone.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let route = Route::of(request.uri().path());
        let result = tagged(route.path(), self.result(route, request)).await;
        if result == Err(Refused::Busy) {
            self.memory.release_idle();
        }
        let answer = match result {
            Ok(body) => response::success(content_type(route), body),
            Err(refused) => response::failure(refused),
        };
        self.outcomes.count(route, answer.status().as_u16());
        Ok(answer)
    }

    async fn result(&self, route: Route, request: Request<Incoming>) -> Result<Bytes, Refused> {
        if route == Route::Unknown {
            return Err(Refused::UnknownPath);
        }
        if request.method() != route.method() {
            return Err(Refused::WrongMethod);
        }
        match route {
            Route::Metrics => Ok(metrics::text(self).into()),
            Route::Memory => Ok(page::page(self).into()),
            Route::Summary | Route::Sort | Route::Unknown => self.transform(route, request.into_body()).await,
        }
    }

    /// Does what the service is for. The arena goes back to its pool at the end of this function, while the response has still to be sent.
    async fn transform(&self, route: Route, body: Incoming) -> Result<Bytes, Refused> {
        let arena = self.memory.arena(route);
        let read = body::read(&self.memory, &arena, body, self.options.max_body);
        let body = tokio::time::timeout(self.options.body_timeout, read).await.map_err(|_| Refused::TooSlow)??;
        M::work(&arena, Transformation { service: self, route, body: &body })
    }
}

/// The part of a request that has no `.await`.
struct Transformation<'r, M> {
    service: &'r Service<M>,
    route: Route,
    body: &'r [u8],
}

impl<M: Memory> Work for Transformation<'_, M> {
    type Output = Result<Bytes, Refused>;

    fn run<A: Allocator + Clone>(self, memory: A) -> Result<Bytes, Refused> {
        let Self { service, route, body } = self;
        let mut document = json::parse(body, memory.clone()).map_err(|error| match error {
            json::Error::Malformed => Refused::Malformed,
            json::Error::Memory => service.memory.refusal(),
        })?;
        let response = if route == Route::Sort {
            json::sort(&mut document);
            // Numbers may become longer, and the rest does not.
            response::json(&document, body.len(), service.memory.responses())
        } else {
            let summary = json::Summary::new(&document, memory).map_err(|_| service.memory.refusal())?;
            response::json(&summary, 512, service.memory.responses())
        };
        if M::ENDS_AT_ONCE {
            mem::forget(document); // a walk through all of it, to free nothing
        }
        response
    }
}

const fn content_type(route: Route) -> &'static str {
    match route {
        Route::Memory => "text/html; charset=utf-8",
        Route::Metrics => "text/plain; version=0.0.4; charset=utf-8",
        Route::Summary | Route::Sort | Route::Unknown => "application/json",
    }
}
