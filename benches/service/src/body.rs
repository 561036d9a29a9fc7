//! Bodies of requests.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use janus_alloc::collections::Vec as VecIn;

use crate::{Memory, Refused};

/// Reads a body into the arena of its request, which the task holds meanwhile.
pub(crate) async fn read<'r, M: Memory>(
    memory: &M,
    arena: &'r M::Arena,
    mut body: Incoming,
    max_bytes: usize,
) -> Result<VecIn<u8, &'r M::Arena>, Refused> {
    // The length that the client has announced. It is no more than a hint unless the whole body comes.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max_bytes {
        return Err(Refused::TooLarge);
    }
    let mut bytes = VecIn::new_in(arena);
    bytes.try_reserve_exact(announced).map_err(|_| memory.refusal())?;
    while let Some(frame) = body.frame().await {
        let Ok(part) = frame.map_err(|_| Refused::Malformed)?.into_data() else { continue };
        if part.len() > max_bytes - bytes.len() {
            return Err(Refused::TooLarge);
        }
        bytes.try_reserve(part.len()).map_err(|_| memory.refusal())?;
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}
