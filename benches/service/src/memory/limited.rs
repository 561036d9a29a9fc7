use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::Arc;

use janus_alloc::arenas::OwnedArenaGuard;
use janus_alloc::collections::Arc as ArcIn;
use janus_alloc::trace::{Event, Operation, Outcome};
use janus_alloc::{Arena, ArenaPool, Global, Limit, Stats, TaskArena, Trace};

use super::{Limits, Memory, Work};
use crate::{Refused, Route};

/// The memory of all requests, and of the arenas that wait.
type ServiceMemory = ArcIn<Limit<Stats<Global>>>;
/// The memory of one request: its limit charges the service too. The trace in between sees whether it was the service that refused.
type RequestMemory = Limit<Trace<ServiceMemory, fn(&Event)>>;
/// The arena of a request.
type RequestArena = TaskArena<RequestMemory>;
type MakeArena = Box<dyn Fn() -> RequestArena + Send + Sync>;
type Arenas = ArenaPool<RequestArena, MakeArena>;

/// An arena for each request, from a pool for each route, below the limit of the request and that of the service.
///
/// A chunk stays charged to the tag of the request that first needed it. So each route has a pool of its own: its arenas have the size of
/// its requests, and its tag has the memory of all of them.
pub struct Limited {
    service: ServiceMemory,
    responses: ArcIn<Limit<Stats<Global>>>,
    arenas: [Arc<Arenas>; Route::ALL.len()],
}

thread_local! {
    /// Whether the last request for memory that came to the service from this thread was refused there.
    static REFUSED_BY_SERVICE: Cell<bool> = const { Cell::new(false) };
}

fn note_refusal(event: &Event) {
    if event.operation != Operation::Deallocate {
        REFUSED_BY_SERVICE.set(event.outcome == Outcome::Failed);
    }
}

impl Limited {
    /// Creates the memory of a service.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let service = ArcIn::new(Limit::new(Stats::named("requests", Global), limits.service));
        let responses = ArcIn::new(Limit::new(Stats::named("responses", Global), limits.responses));
        let arenas = Route::ALL.map(|_| {
            let service = service.clone();
            let make = move || {
                let traced = Trace::new(service.clone(), note_refusal as fn(&Event));
                TaskArena::new_in(Limit::new(traced, limits.request))
            };
            Arc::new(ArenaPool::with_arenas(limits.idle_arenas, limits.idle_arena, Box::new(make) as MakeArena))
        });
        Self { service, responses, arenas }
    }

    /// Returns the number of bytes of all requests, and of the arenas that wait.
    #[must_use]
    pub fn request_bytes(&self) -> usize {
        self.service.used()
    }

    /// Returns the number of bytes of the responses that are not sent yet.
    #[must_use]
    pub fn response_bytes(&self) -> usize {
        self.responses.used()
    }

    /// Returns the number of arenas of a route that wait for the next requests.
    #[must_use]
    pub fn idle(&self, route: Route) -> usize {
        self.arenas[route.index()].idle()
    }

    /// Returns how many arenas a route has made, because none was waiting.
    #[must_use]
    pub fn made(&self, route: Route) -> usize {
        self.arenas[route.index()].misses()
    }
}

impl Memory for Limited {
    const ENDS_AT_ONCE: bool = true;
    type Arena = OwnedArenaGuard<RequestArena, MakeArena>;
    type Responses = ArcIn<Limit<Stats<Global>>>;

    fn arena(&self, route: Route) -> Self::Arena {
        self.arenas[route.index()].get_owned()
    }

    fn work<W: Work>(arena: &Self::Arena, work: W) -> W::Output {
        // For one thread, over that of the request: an allocation has no atomic instruction.
        work.run(&Arena::new_in(&**arena))
    }

    fn responses(&self) -> Self::Responses {
        self.responses.clone()
    }

    fn refusal(&self) -> Refused {
        if REFUSED_BY_SERVICE.replace(false) { Refused::Busy } else { Refused::TooLarge }
    }

    fn release_idle(&self) {
        self.arenas.iter().for_each(|arenas| arenas.release_idle());
    }

    fn write_metrics(&self, out: &mut dyn Write) -> fmt::Result {
        let limits = [("requests", &self.service), ("responses", &self.responses)];
        writeln!(
            out,
            "# HELP service_memory_bytes Bytes that count against a limit.\n# TYPE service_memory_bytes gauge"
        )?;
        for (name, limit) in limits {
            writeln!(out, "service_memory_bytes{{limit=\"{name}\"}} {}", limit.used())?;
        }
        writeln!(out, "# HELP service_memory_limit_bytes The limit.\n# TYPE service_memory_limit_bytes gauge")?;
        for (name, limit) in limits {
            writeln!(out, "service_memory_limit_bytes{{limit=\"{name}\"}} {}", limit.limit())?;
        }
        let mut of_routes = |name, kind, help, count: fn(&Arenas) -> usize| {
            writeln!(out, "# HELP service_{name} {help}\n# TYPE service_{name} {kind}")?;
            [Route::Summary, Route::Sort].into_iter().try_for_each(|route| {
                writeln!(out, "service_{name}{{route=\"{route}\"}} {}", count(&self.arenas[route.index()]))
            })
        };
        of_routes("idle_arenas", "gauge", "Arenas that wait for the next request.", Arenas::idle)?;
        of_routes("reused_arenas_total", "counter", "Requests whose arena was waiting.", Arenas::hits)?;
        of_routes("made_arenas_total", "counter", "Requests whose arena was made.", Arenas::misses)
    }
}

impl fmt::Debug for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limited")
            .field("request_bytes", &self.request_bytes())
            .field("response_bytes", &self.response_bytes())
            .field("arenas", &self.arenas)
            .finish()
    }
}
