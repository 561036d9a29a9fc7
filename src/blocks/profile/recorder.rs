//! The state of a profile behind its lock, in pages of its own.
//!
//! # Invariants
//!
//! 1. A recorder that was published stays where it is until its profile is dropped.
//! 2. The state is used under the lock only. Code under the lock allocates only pages of the operating system. So it calls no
//!    allocator, and a thread may wait for the lock in any allocating call.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use std::time::Instant;

use super::Sampling;
use super::filter::Filter;
use super::state::{Peak, Site, State};
use crate::api::{Allocator, Layout};
use crate::sources::Pages;
use crate::sync::once_ptr;
#[cfg(unix)]
use crate::threads::fork::LockOwner;
use crate::threads::fork::{self, Entry};
use crate::threads::lock::{Lock, LockGuard};
#[cfg(unix)]
use crate::threads::{self, LostThreads};

#[derive(Debug)]
pub(super) struct Recorder {
    lock: Lock,
    entry: Entry,
    state: UnsafeCell<State>,
    start: Instant,
}

/// A copy of the counts.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) sites: std::vec::Vec<Site>,
    pub(super) addresses: std::vec::Vec<usize>,
    pub(super) samples: usize,
    pub(super) peak: Peak,
    pub(super) lost: u64,
    /// The time of the copy, in microseconds.
    pub(super) now: u64,
}

impl Recorder {
    fn create(sampling: Sampling) -> Option<NonNull<Self>> {
        // Zero bytes are a lock that is free. All other fields are written here.
        let made: NonNull<Self> = Pages::new().allocate_zeroed(Layout::new::<Self>()).ok()?.cast();
        // SAFETY: the field lies in the block.
        let state = unsafe { &raw mut (*made.as_ptr()).state };
        // SAFETY: no other thread knows the block.
        unsafe { state.write(UnsafeCell::new(State::new(sampling))) };
        // SAFETY: the field lies in the block.
        let start = unsafe { &raw mut (*made.as_ptr()).start };
        // SAFETY: no other thread knows the block.
        unsafe { start.write(Instant::now()) };
        // SAFETY: no other thread knows the block.
        unsafe { Self::entry(made).write(Entry::new(made)) };
        Some(made)
    }

    fn entry(recorder: NonNull<Self>) -> NonNull<Entry> {
        // SAFETY: the field lies in the block of the recorder.
        let entry = unsafe { &raw mut (*recorder.as_ptr()).entry };
        // SAFETY: a field of a block is not at address 0.
        unsafe { NonNull::new_unchecked(entry) }
    }

    /// Returns the time since the profile began, in microseconds.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Waits for the state. Returns `None` in two cases: a fork has left the state half changed, so the profile of this process has
    /// ended; or the caller is a signal handler that interrupted its own thread inside the lock.
    pub(super) fn lock(&self) -> Option<LockedState<'_>> {
        if self.lock.is_abandoned() {
            return None;
        }
        #[cfg(unix)]
        if self.lock.user() == Some(threads::id()) {
            return None;
        }
        let held = self.lock.lock();
        // SAFETY: by invariant 2 no other thread uses the state.
        Some(LockedState { state: unsafe { &mut *self.state.get() }, _held: held })
    }

    /// Copies the counts. Returns `None` if [`lock`](Self::lock) does.
    pub(super) fn copy(&self) -> Option<Copy> {
        let (mut sites, mut addresses) = (std::vec::Vec::new(), std::vec::Vec::new());
        loop {
            let missing = {
                let state = self.lock()?;
                if state.sites().len() <= sites.capacity() && state.addresses().len() <= addresses.capacity() {
                    // There is room for all, so no allocator is called under the lock.
                    sites.extend(state.sites().iter().cloned());
                    addresses.extend_from_slice(state.addresses());
                    let (samples, peak, lost) = (state.sampled().len(), state.peak, state.lost);
                    return Some(Copy { sites, addresses, samples, peak, lost, now: self.now() });
                }
                (state.sites().len(), state.addresses().len())
            };
            sites.reserve(missing.0 + missing.0 / 8);
            addresses.reserve(missing.1 + missing.1 / 8);
        }
    }
}

/// The state, while the lock is held.
pub(super) struct LockedState<'a> {
    state: &'a mut State,
    _held: LockGuard<'a>,
}

impl Deref for LockedState<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}

impl DerefMut for LockedState<'_> {
    fn deref_mut(&mut self) -> &mut State {
        self.state
    }
}

#[cfg(unix)]
impl LockOwner for Recorder {
    fn nth_lock(&self, n: usize) -> Option<&Lock> {
        (n == 0).then_some(&self.lock)
    }

    unsafe fn settle_in_child(&self, _: Option<&LostThreads>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock.settle_in_child() };
    }
}

/// The place for the recorder of a profile, which the first use creates.
#[derive(Debug)]
pub(super) struct RecorderPlace {
    place: AtomicPtr<Recorder>,
}

impl RecorderPlace {
    pub(super) const fn new() -> Self {
        Self { place: AtomicPtr::new(ptr::null_mut()) }
    }

    pub(super) fn get(&self) -> Option<&Recorder> {
        // SAFETY: by invariant 1.
        once_ptr::get(&self.place).map(|recorder| unsafe { recorder.as_ref() })
    }

    /// Returns the recorder, and creates it if there is none. Returns `None` if there is no memory for it.
    pub(super) fn get_or_create(&self, sampling: Sampling, filter: &Filter) -> Option<&Recorder> {
        if let Some(recorder) = self.get() {
            return Some(recorder);
        }
        let made = Recorder::create(sampling)?;
        if sampling == Sampling::All {
            filter.contain_all();
        }
        // Before it is published: then no thread can hold its lock while another thread forks.
        // SAFETY: the recorder stays until `free`, which removes the entry. Its lock is not in use.
        unsafe { fork::add(Recorder::entry(made)) };
        if let Some(other) = once_ptr::set_once(&self.place, made) {
            // SAFETY: made above, and not published.
            unsafe { free(made) };
            // SAFETY: by invariant 1.
            return Some(unsafe { other.as_ref() });
        }
        // SAFETY: by invariant 1.
        Some(unsafe { made.as_ref() })
    }
}

/// # Safety
///
/// The recorder was made by [`RecorderPlace::get_or_create`], and no thread uses it any more.
unsafe fn free(recorder: NonNull<Recorder>) {
    // SAFETY: `get_or_create` has added the entry.
    unsafe { fork::remove(Recorder::entry(recorder)) };
    // SAFETY: all fields were written, and by `# Safety` of this fn it is not used again.
    unsafe { recorder.drop_in_place() };
    // SAFETY: `create` has allocated it with that layout.
    unsafe { Pages::new().deallocate(recorder.cast(), Layout::new::<Recorder>()) };
}

impl Drop for RecorderPlace {
    fn drop(&mut self) {
        if let Some(recorder) = NonNull::new(*self.place.get_mut()) {
            // SAFETY: the profile is dropped, so no thread uses it.
            unsafe { free(recorder) };
        }
    }
}
