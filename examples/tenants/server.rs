//! A server of several tenants, with a tree of limits: one for the process, one for each tenant, and one for each request.

use janus_alloc::collections::{BTreeMap, String, TryReserveError, TryReserveErrorKind};
use janus_alloc::{Limit, SharedPool, Stats};

/// The pool of the process, and a limit of the bytes that all tenants together may have in it.
pub(crate) type Process = Limit<SharedPool>;

/// A limit of the bytes of one tenant, which are charged to the process too. The `Stats` around it counts the refusals of both.
pub(crate) type TenantMemory<'p> = Stats<Limit<&'p Process>>;

/// A response. It belongs to the tenant and not to the request, since it lives until the client has read it.
pub(crate) type Response<'t, 'p> = String<&'t TenantMemory<'p>>;

pub(crate) struct Tenant<'p> {
    pub(crate) name: &'static str,
    pub(crate) memory: TenantMemory<'p>,
    request_bytes: usize,
}

/// The reason why a request got no response. All its memory is free again, and no other request notices anything.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It needs more memory than any request may have: HTTP's 413. It would fail again.
    TooLarge,
    /// The tenant or the process has no more memory at the moment: HTTP's 503. It may succeed later.
    Busy,
}

impl<'p> Tenant<'p> {
    pub(crate) fn new(name: &'static str, process: &'p Process, tenant_bytes: usize, request_bytes: usize) -> Self {
        Self { name, memory: Stats::new(Limit::new(process, tenant_bytes)), request_bytes }
    }

    /// Answers a request with the number of times that each word occurs in it.
    ///
    /// All requests for memory here are `try_` methods: a `push` beyond a limit would end the process, and all tenants with it.
    pub(crate) fn answer(&self, body: &str) -> Result<Response<'_, 'p>, Refused> {
        // The third level of the tree. Its bytes are charged to the tenant and to the process.
        let request = Limit::new(&self.memory, self.request_bytes);
        let refused = |error| Refused::by(&request, error);

        // A server reads the body from a connection, after the header has announced its length.
        let mut text = String::new_in(&request);
        text.try_reserve_exact(body.len()).map_err(refused)?;
        text.push_str(body);

        let mut counts = BTreeMap::new_in(&request);
        for word in text.split_whitespace() {
            *counts.entry(word).try_or_insert(0_u32).map_err(refused)? += 1;
        }

        let mut response = String::new_in(&self.memory);
        for (word, count) in &counts {
            response.try_write_fmt(format_args!("{word} {count}\n")).map_err(|_| Refused::Busy)?;
        }
        Ok(response)
    }
}

impl Refused {
    /// Tells whether the limit of a request refused a new block, or one further up in the tree.
    fn by<A>(request: &Limit<A>, error: TryReserveError) -> Self {
        match error.kind() {
            // No other thread uses this limit, so it has not changed since the refusal.
            TryReserveErrorKind::AllocError { layout } if layout.size() <= request.remaining() => Self::Busy,
            _ => Self::TooLarge,
        }
    }
}
