//! The stack of the calling thread, as addresses.

/// The number of addresses kept of a stack, from the innermost on.
const MAX_DEPTH: usize = 128;

/// The return addresses of a stack, from the innermost on.
pub(super) struct Stack {
    addresses: [usize; MAX_DEPTH],
    depth: usize,
}

impl Stack {
    /// Walks the stack. The unwinder may allocate from the C library's `malloc`.
    pub(super) fn capture() -> Self {
        let mut stack = Self { addresses: [0; MAX_DEPTH], depth: 0 };
        trace(|address| {
            if let Some(place) = stack.addresses.get_mut(stack.depth) {
                *place = address;
                stack.depth += 1;
            }
            stack.depth < MAX_DEPTH
        });
        stack
    }

    pub(super) fn addresses(&self) -> &[usize] {
        &self.addresses[..self.depth]
    }
}

/// Calls `next` with each return address until it returns `false`.
fn trace(mut next: impl FnMut(usize) -> bool) {
    let next = |frame: &backtrace::Frame| {
        let address = frame.ip().addr();
        // Some unwinders end with an address 0.
        address != 0 && next(address)
    };
    // SAFETY: unwinders of Unix systems may be used by several threads at a time; the lock of `trace` is for those of other
    // systems. Without it, no other thread can hold it when the process is forked.
    #[cfg(unix)]
    unsafe {
        backtrace::trace_unsynchronized(next);
    }
    #[cfg(not(unix))]
    backtrace::trace(next);
}
