//! A fork copies locks as they are. So all locks of all pools are held across one and released after it, on both sides:
//! then no thread that the child has not got holds one in it.
//!
//! The handlers of others run while they are held, and may allocate: the thread that forks [passes](Lock::lock) the locks.
//!
//! It may also fork in a signal handler that has interrupted it while it used what a lock guards. That lock stays its own: it is
//! not passed, and not released here. Meanwhile another thread may wait for it, and hold the next one, so that it cannot be
//! waited for. [`Patience`] finds that out. The lock is then abandoned in the child, and who asks for it there is told so.
//!
//! # Invariants
//!
//! 1. The list changes under its lock only, with signals blocked. So a signal handler never finds its own thread changing it.
//! 2. The thread that forks holds the lock of the list for the fork, from its first handler before to its last one after.

#[cfg(all(test, feature = "std", unix))]
mod tests;

use super::heap::Heap;
use super::list::List;
#[cfg(unix)]
use super::streams;
use crate::sync::lock::Lock;
#[cfg(unix)]
use crate::sync::{clock, patience::Next};
#[cfg(unix)]
use crate::threads::inside::FORKERS;
use core::ptr::NonNull;
#[cfg(unix)]
use core::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Acquire, Release, SeqCst},
};

struct Heaps {
    lock: Lock,
    list: List<Heap>,
    /// How many times `before` has run again, before the `after` of its first run: for a fork in a signal handler that has
    /// interrupted this one, or by a second registration. Used by the thread that forks.
    #[cfg(unix)]
    again: AtomicUsize,
    /// Whether the last handler of the fork is releasing the locks, and so may have released some. Used by the thread that forks.
    #[cfg(unix)]
    is_releasing: AtomicBool,
}

// SAFETY: the list is used under the lock.
unsafe impl Sync for Heaps {}

static HEAPS: Heaps = Heaps {
    lock: Lock::new(),
    list: List::new(),
    #[cfg(unix)]
    again: AtomicUsize::new(0),
    #[cfg(unix)]
    is_releasing: AtomicBool::new(false),
};

/// From now on the locks of `heap` are held across each fork.
///
/// # Safety
///
/// It stays where it is until it is [removed](remove), and nobody has it yet.
pub(super) unsafe fn add(heap: NonNull<Heap>) {
    // Before anything is locked.
    register();
    let _blocked = Signals::block();
    let held = HEAPS.lock.lock();
    // SAFETY: by `# Safety` of this fn; a new heap is in no list.
    unsafe { HEAPS.list.push_front(heap) };
    #[cfg(unix)]
    if held.is_passed() {
        // SAFETY: by `# Safety` of this fn. Nobody has it, so there is nobody to wait for.
        unsafe { heap.as_ref() }.locks().for_each(|lock| lock.acquire_for_fork(|| Next::Wait));
    }
    drop(held);
}

/// # Safety
///
/// `heap` was added.
pub(super) unsafe fn remove(heap: NonNull<Heap>) {
    let _blocked = Signals::block();
    let _held = HEAPS.lock.lock();
    // SAFETY: by `# Safety` of this fn.
    unsafe { HEAPS.list.remove(heap) };
}

/// The calling thread gets no signals until this goes.
struct Signals {
    /// The mask to go back to; none where the system refused to change it.
    #[cfg(unix)]
    before: Option<libc::sigset_t>,
}

impl Signals {
    #[cfg(unix)]
    fn block() -> Self {
        let mut all = core::mem::MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: writes the whole set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: any bytes are a set.
        let all = unsafe { all.assume_init() };
        let mut before = all;
        // SAFETY: both live.
        let error = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before) };
        Self { before: (error == 0).then_some(before) }
    }

    #[cfg(not(unix))]
    fn block() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // SAFETY: the set lives.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before, core::ptr::null_mut()) };
        }
    }
}

/// Asks the C library to call what is to happen, once. It may allocate for that, from any pool, so no lock is held here.
///
/// No thread goes on before it is done, within a second. In the child of a fork meanwhile there may be nobody to wait for: then it is done
/// once more, and the handlers bear that.
#[cfg(unix)]
extern "C" fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    static REGISTERING: Lock = Lock::new();
    if REGISTERED.load(Acquire) || REGISTERING.is_own() {
        return;
    }
    let start = clock::milliseconds();
    let is_held = REGISTERING.acquire_while(|| {
        if clock::milliseconds() - start <= PATIENCE_TO_REGISTER { Next::WaitAWhile } else { Next::GiveUp }
    });
    if !REGISTERED.load(Acquire) {
        // SAFETY: the functions may be called around a fork. If there is no memory to remember them, a fork while other threads allocate
        // may leave the child with a lock that nobody holds; there is nothing to do about it here.
        unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after_in_child)) };
        REGISTERED.store(true, Release);
    }
    if is_held {
        // SAFETY: acquired above.
        unsafe { REGISTERING.release() };
    }
}

/// How many milliseconds a thread waits for another that registers the handlers.
#[cfg(unix)]
const PATIENCE_TO_REGISTER: u64 = 1000;

#[cfg(not(unix))]
fn register() {}

/// Before `main`: most C libraries hold a lock while handlers run, so that one of the program's that makes the first pool could not
/// register any.
#[cfg(unix)]
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
// SAFETY: the functions there are called with arguments that this one does not look at.
static AT_THE_START: extern "C" fn() = register;

/// Before `main`, where C's functions are to be a pool's: so that few handlers of the program's are older.
#[cfg(target_os = "linux")]
pub(crate) fn mind_c() {
    streams::mind();
    register();
}

/// All heaps, for who holds the lock of the list.
#[cfg(unix)]
fn heaps() -> impl Iterator<Item = &'static Heap> {
    // SAFETY: in the list, so it lives.
    HEAPS.list.iter().map(|heap| unsafe { heap.as_ref() })
}

#[cfg(unix)]
fn locks() -> impl Iterator<Item = &'static Lock> {
    heaps().flat_map(Heap::locks)
}

/// How long the thread that forks waits for the locks. It holds that of the list.
#[cfg(unix)]
struct Patience {
    /// Since when there has been danger, in milliseconds.
    danger: Option<u64>,
}

/// How many milliseconds the thread that forks waits for a lock that may never be released before the fork. A thread that runs holds
/// one for far less.
#[cfg(unix)]
const PATIENCE_IN_DANGER: u64 = 100;

#[cfg(unix)]
impl Patience {
    /// Whether to wait for a lock, which another thread holds.
    ///
    /// No thread that holds a lock waits for one of another heap, since a parent is asked without. So each can be waited for, unless a
    /// thread has been interrupted while it used what a lock guards, this one or another that waits for this one: both are in a fork.
    fn next(&mut self, lock: &Lock) -> Next {
        if is_interrupted(lock) {
            return Next::GiveUp;
        }
        if lock.user().is_some() && !FORKERS.is_crowded() && !locks().any(is_interrupted) {
            self.danger = None;
            return Next::WaitAWhile;
        }
        let now = clock::milliseconds();
        let in_danger = now - *self.danger.get_or_insert(now);
        if in_danger <= PATIENCE_IN_DANGER { Next::WaitAWhile } else { Next::GiveUp }
    }
}

/// Whether a thread forks while it uses what the lock guards: this one, or another, which waits for the lock of the list then.
#[cfg(unix)]
fn is_interrupted(lock: &Lock) -> bool {
    // Else it may have released the lock, and only then have begun to fork.
    let is_still = |user| lock.user() == Some(user);
    lock.user().is_some_and(|user| FORKERS.has(user) && is_still(user))
}

#[cfg(unix)]
extern "C" fn before() {
    FORKERS.come();
    if HEAPS.lock.is_own_for_fork() {
        HEAPS.again.fetch_add(1, SeqCst);
    } else {
        streams::acquire();
        // Its holder forks too, or changes the list, and waits for nobody.
        HEAPS.lock.acquire_for_fork(|| Next::Wait);
        if !HEAPS.lock.is_own_for_fork() {
            // Abandoned: pools cannot be used here.
            streams::release();
            FORKERS.leave();
            return;
        }
        HEAPS.is_releasing.store(false, SeqCst);
    }
    let mut patience = Patience { danger: None };
    locks().for_each(|lock| lock.acquire_for_fork(|| patience.next(lock)));
}

#[cfg(unix)]
extern "C" fn after() {
    if HEAPS.lock.is_own_for_fork() && release() {
        streams::release();
    }
}

#[cfg(unix)]
extern "C" fn after_in_child() {
    FORKERS.forget_others();
    streams::release_in_child();
    // SAFETY: a child has one thread.
    unsafe { HEAPS.lock.settle_in_child() };
    let settle_all = || {
        // SAFETY: as above.
        heaps().for_each(|heap| unsafe { heap.settle_in_child() });
    };
    if HEAPS.lock.is_own_for_fork() {
        settle_all();
        release();
    } else if HEAPS.lock.try_acquire() {
        // The handlers were being registered just when the process was forked.
        settle_all();
        // SAFETY: acquired above.
        unsafe { HEAPS.lock.release() };
    }
}

/// Releases the locks at the last of a fork's handlers. Says whether it was that.
#[cfg(unix)]
fn release() -> bool {
    let again = HEAPS.again.load(SeqCst);
    if again > 0 {
        HEAPS.again.store(again - 1, SeqCst);
    } else {
        HEAPS.is_releasing.store(true, SeqCst);
    }
    // The last handler of a fork in a signal handler leaves everything as it was: held, or being released.
    if again <= 1 && HEAPS.is_releasing.load(SeqCst) {
        locks().for_each(Lock::release_from_fork);
    }
    FORKERS.leave();
    if again == 0 {
        HEAPS.lock.release_from_fork();
    }
    again == 0
}
