//! Runs the user's hook: not inside another hook, and without letting it unwind.

use core::mem;

use crate::sync::fatal::AbortOnUnwind;
use crate::threads::local::{self, Flag};

const MESSAGE: &[u8] = b"janus-alloc: the hook of a `Trace` panicked, which must not unwind through the allocator: catch panics in the hook\n";

/// Calls `hook`, unless the calling thread is inside a hook already, or the system has no memory to note that it is. If the hook
/// unwinds, the process ends with a message.
pub(super) fn run(hook: impl FnOnce()) {
    if local::has(Flag::Hook) || !local::set(Flag::Hook) {
        return;
    }
    let unwinding = AbortOnUnwind(MESSAGE);
    hook();
    mem::forget(unwinding);
    local::clear(Flag::Hook);
}
