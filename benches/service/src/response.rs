//! Bodies of responses.

use std::io::{Error, ErrorKind, Result, Write};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec as VecIn;
use serde::Serialize;

use crate::Refused;

/// A response. Its body owns its memory, and nothing of its request.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Returns a value as JSON, in the memory of responses.
pub(crate) fn json<A>(value: &impl Serialize, capacity: usize, allocator: A) -> std::result::Result<Bytes, Refused>
where
    A: Allocator + Send + 'static,
{
    let mut out = Fallible(VecIn::try_with_capacity_in(capacity, allocator).map_err(|_| Refused::Busy)?);
    // No value here fails to be serialised, so an error is one of memory.
    serde_json::to_writer(&mut out, value).map_err(|_| Refused::Busy)?;
    Ok(Bytes::from_owner(out.0))
}

/// Appends what is written, and returns an error where `Vec` itself would end the process.
struct Fallible<A: Allocator>(VecIn<u8, A>);

impl<A: Allocator> Write for Fallible<A> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.try_reserve(bytes.len()).map_err(|error| Error::new(ErrorKind::OutOfMemory, error))?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

pub(crate) fn success(content_type: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

pub(crate) fn failure(refused: Refused) -> Answer {
    let mut answer = success("text/plain; charset=utf-8", Bytes::from_static(refused.text().as_bytes()));
    *answer.status_mut() = refused.status();
    if refused.status() == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}
