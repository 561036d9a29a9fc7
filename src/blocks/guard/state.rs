//! The records of a guard behind their lock. They lie in pages of their own, so that they stay where they are when the guard moves, and
//! while a fork looks for the lock.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::sync::atomic::AtomicPtr;

use super::backtraces::Backtrace;
use super::ledger::{Event, Ledger, Origin};
use super::options::Options;
use crate::api::{AllocError, Allocator, Layout};
use crate::sources::Pages;
use crate::sync::once_ptr;
use crate::threads;
use crate::threads::fork::{self, Entry};
use crate::threads::lock::{Lock, LockGuard};

/// The ledger of a guard with its lock, and the options.
///
/// # Invariants
///
/// 1. A state is created at the first use of its guard. It stays where it is until the guard is dropped.
/// 2. The ledger is used under the lock. No call to the parent, and no other call that could lead back here, is made under it.
/// 3. From its creation on, the lock is held across each fork.
pub(super) struct State {
    /// A lock of zero bytes is free.
    lock: Lock,
    entry: Entry,
    ledger: UnsafeCell<Ledger>,
    pub(super) options: Options,
    /// The place where the guard was created.
    pub(super) created: Origin,
}

// SAFETY: the ledger is used under the lock, and its pointers are to blocks that the guard has. The entry is the fork list's.
unsafe impl Sync for State {}

/// The ledger, while its lock is held.
pub(super) struct LockedLedger<'a> {
    ledger: NonNull<Ledger>,
    _held: LockGuard<'a>,
}

impl State {
    pub(super) fn get(place: &AtomicPtr<Self>) -> Option<&Self> {
        // SAFETY: by invariant 1; the reference to the place is one to the guard.
        once_ptr::get(place).map(|state| unsafe { state.as_ref() })
    }

    pub(super) fn get_or_create(
        place: &AtomicPtr<Self>,
        options: Options,
        created: Origin,
    ) -> Result<&Self, AllocError> {
        match Self::get(place) {
            Some(state) => Ok(state),
            None => Self::create(place, options, created),
        }
    }

    #[cold]
    fn create(place: &AtomicPtr<Self>, options: Options, created: Origin) -> Result<&Self, AllocError> {
        let state: NonNull<Self> = Pages::new().allocate_zeroed(Layout::new::<Self>())?.cast();
        let this = state.as_ptr();
        // SAFETY: the field lies in the block, which no other thread knows yet; here and below.
        let its_ledger = unsafe { &raw mut (*this).ledger };
        // SAFETY: as above.
        unsafe { its_ledger.write(UnsafeCell::new(Ledger::new())) };
        // SAFETY: as above.
        let its_options = unsafe { &raw mut (*this).options };
        // SAFETY: as above.
        unsafe { its_options.write(options) };
        // SAFETY: as above.
        let its_creation = unsafe { &raw mut (*this).created };
        // SAFETY: as above.
        unsafe { its_creation.write(created) };
        let entry = Self::entry(state);
        // SAFETY: as above.
        unsafe { entry.write(Entry::new(state)) };
        // Before the state is published: then no thread can hold its lock while another thread forks.
        // SAFETY: the state stays where it is until `free` removes the entry. Its lock is not in use.
        unsafe { fork::add(entry) };
        match once_ptr::set_once(place, state) {
            None => {
                // SAFETY: all fields are initialised, and by invariant 1.
                Ok(unsafe { state.as_ref() })
            }
            Some(other) => {
                // SAFETY: created above, and no other thread knows it.
                unsafe { Self::free(state) };
                // SAFETY: another thread was faster; by invariant 1.
                Ok(unsafe { other.as_ref() })
            }
        }
    }

    /// # Safety
    ///
    /// The state is not used any more.
    pub(super) unsafe fn free(state: NonNull<Self>) {
        // SAFETY: `create` has added the entry.
        unsafe { fork::remove(Self::entry(state)) };
        // SAFETY: by `# Safety` of this fn; this returns the pages of the ledger.
        unsafe { state.drop_in_place() };
        // SAFETY: `create` has allocated it with that layout.
        unsafe { Pages::new().deallocate(state.cast(), Layout::new::<Self>()) };
    }

    fn entry(state: NonNull<Self>) -> NonNull<Entry> {
        // SAFETY: the field lies in the block of the state.
        let entry = unsafe { &raw mut (*state.as_ptr()).entry };
        // SAFETY: a field of a block is not at address 0.
        unsafe { NonNull::new_unchecked(entry) }
    }

    /// Waits until no other thread uses the ledger, and returns it.
    pub(super) fn ledger(&self) -> LockedLedger<'_> {
        let held = self.lock.lock();
        // SAFETY: the cell is a field, so not at address 0.
        LockedLedger { ledger: unsafe { NonNull::new_unchecked(self.ledger.get()) }, _held: held }
    }

    /// Returns whether another thread was using the ledger when this process was forked.
    pub(super) fn is_abandoned(&self) -> bool {
        self.lock.is_abandoned()
    }

    /// Returns the backtrace of the calling thread, if the guard keeps them.
    pub(super) fn backtrace(&self) -> Option<Backtrace> {
        if self.options.backtraces { Backtrace::capture() } else { None }
    }
}

impl Ledger {
    /// Returns a new event of the calling thread.
    pub(super) fn event(&mut self, location: Origin, backtrace: Option<&Backtrace>) -> Event {
        let trace = backtrace.and_then(|backtrace| self.depot.intern(backtrace));
        Event { number: self.next_event(), thread: threads::id(), location, trace }
    }
}

impl Deref for LockedLedger<'_> {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        // SAFETY: by invariant 2 of `State`, and the lock is held.
        unsafe { self.ledger.as_ref() }
    }
}

impl DerefMut for LockedLedger<'_> {
    fn deref_mut(&mut self) -> &mut Ledger {
        // SAFETY: by invariant 2 of `State`, and the lock is held.
        unsafe { self.ledger.as_mut() }
    }
}

#[cfg(unix)]
impl fork::LockOwner for State {
    fn nth_lock(&self, n: usize) -> Option<&Lock> {
        (n == 0).then_some(&self.lock)
    }

    /// The ledger is consistent, unless its lock is abandoned. A block that a lost thread was freeing stays as it is.
    unsafe fn settle_in_child(&self, _: Option<&threads::LostThreads>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock.settle_in_child() };
    }
}
