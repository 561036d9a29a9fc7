use std::fmt;

use hyper::Method;
use janus_alloc::by_tag::Tag;

/// What a client may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Counts the values of a document.
    Summary,
    /// Returns a document in order.
    Sort,
    /// A page about the memory of the service.
    Memory,
    /// The same for Prometheus.
    Metrics,
    /// No such path.
    Unknown,
}

impl Route {
    /// All routes.
    pub const ALL: [Self; 5] = [Self::Summary, Self::Sort, Self::Memory, Self::Metrics, Self::Unknown];

    /// Returns the route of a path.
    pub(crate) fn of(path: &str) -> Self {
        Self::ALL.into_iter().find(|route| route.path() == path).unwrap_or(Self::Unknown)
    }

    /// Returns the path, which is also the name of the tag.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Summary => "/summary",
            Self::Sort => "/sort",
            Self::Memory => "/memory",
            Self::Metrics => "/metrics",
            Self::Unknown => "(unknown path)",
        }
    }

    /// Returns the only method that the route has.
    pub(crate) const fn method(self) -> Method {
        match self {
            Self::Summary | Self::Sort => Method::POST,
            Self::Memory | Self::Metrics | Self::Unknown => Method::GET,
        }
    }

    /// Returns the tag of its tasks.
    #[must_use]
    pub fn tag(self) -> Tag {
        Tag::named(self.path())
    }

    /// Returns a number below that of all routes.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.path())
    }
}
