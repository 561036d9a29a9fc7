//! Runs the user's hook: not inside another hook, and without letting it unwind.

use core::mem;

use crate::sync::fatal;
use crate::threads::local::{self, Flag};

/// Calls `hook`, unless the calling thread is inside a hook already, or the system has no memory to note that it is. If the hook
/// unwinds, the process ends with a message.
pub(super) fn run(hook: impl FnOnce()) {
    if local::has(Flag::Hook) || !local::set(Flag::Hook) {
        return;
    }
    let bomb = AbortOnDrop;
    hook();
    mem::forget(bomb);
    local::clear(Flag::Hook);
}

struct AbortOnDrop;

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        fatal::abort_with(b"janus-alloc: the hook of a `Trace` panicked, which must not unwind through the allocator: catch panics in the hook\n");
    }
}
