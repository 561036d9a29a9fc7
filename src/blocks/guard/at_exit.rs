//! The check of guards in statics, which are never dropped, when the process ends.

use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::report::Moment;
use super::state::State;
use crate::api::AllocError;

/// The states of the guards to check. Each is in a guard that is borrowed for ever, so it stays.
static STATES: [AtomicPtr<State>; 64] = [const { AtomicPtr::new(ptr::null_mut()) }; 64];

static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// Registers a guard for a check when the process ends. Returns an error if there is no memory, or no place in
/// [`STATES`].
pub(super) fn register(state: &'static State) -> Result<(), AllocError> {
    // Before the state is stored: `atexit` may allocate, from this guard.
    if !IS_REGISTERED.swap(true, Ordering::Relaxed) {
        // SAFETY: the function may be called at the end of the process.
        if unsafe { libc::atexit(check_all) } != 0 {
            IS_REGISTERED.store(false, Ordering::Relaxed);
            return Err(AllocError);
        }
    }
    let state = ptr::from_ref(state).cast_mut();
    for place in &STATES {
        match place.compare_exchange(ptr::null_mut(), state, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return Ok(()),
            Err(other) if other == state => return Ok(()),
            Err(_) => {}
        }
    }
    Err(AllocError)
}

extern "C" fn check_all() {
    for place in &STATES {
        // SAFETY: `register` has stored a reference that is valid for ever.
        if let Some(state) = unsafe { place.load(Ordering::Acquire).as_ref() } {
            if !state.is_abandoned() {
                super::check_state(state, Moment::Exit, state.created);
            }
        }
    }
}
