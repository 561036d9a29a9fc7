use std::fmt;

use hyper::StatusCode;

/// Why a request has no result. All its memory is free again, and no other request notices anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The body is not JSON, or not all of it came.
    Malformed,
    /// No such path.
    UnknownPath,
    /// The path exists, but not with this method.
    WrongMethod,
    /// The body did not come in time.
    TooSlow,
    /// The body is too long, or needs more memory than a request may have. It would be refused again.
    TooLarge,
    /// The memory of the service is exhausted. The request may succeed later.
    Busy,
}

impl Refused {
    /// Returns HTTP's status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the body of the response. It is in no allocator, so that there always is one.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Malformed => "the body is not a JSON document\n",
            Self::UnknownPath => "no such path: try /summary, /sort, /memory or /metrics\n",
            Self::WrongMethod => "POST a JSON document to /summary or /sort; GET /memory or /metrics\n",
            Self::TooSlow => "the body did not come in time\n",
            Self::TooLarge => "the document needs more memory than a request may have\n",
            Self::Busy => "no memory at the moment: try again\n",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().trim_end())
    }
}

impl std::error::Error for Refused {}
