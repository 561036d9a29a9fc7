//! Handlers of `pthread_atfork`, which hold all locks of all [owners](LockOwner) across each fork.
//!
//! A fork copies locks as they are, and the child has only the thread that forks. A lock that another thread held would
//! never be released there. So the handlers acquire all locks before the fork, and release them after it, in both
//! processes.
//!
//! * **Handlers of other libraries** run while the locks are held, and may allocate: the thread that forks
//!   [borrows](Lock::lock) the locks.
//! * **A signal handler may fork** that has interrupted its own thread while the thread had a lock in use. That lock
//!   stays in use: it is neither borrowed nor released here. Meanwhile another thread may wait for it and hold an
//!   earlier lock, so that a wait for the earlier one would never end. [`ForkWait`] notices that, and the fork goes on
//!   without that lock. In the child the lock is abandoned, and a thread that locks it ends the process with a message.
//!
//! # Invariants
//!
//! 1. The list of entries is used under its lock only, and changes with signals blocked. So no signal handler
//!    interrupts a change by its own thread.
//! 2. A thread that forks holds the lock of the list for the fork, from its first `before` to its last `after`. It may
//!    not hold it in a child whose fork began before the handlers were registered, but is the only thread there.
//! 3. A thread that waits for that lock to fork is in the [list of waiters](WaiterList), where the thread that forks
//!    finds it.

mod signals;
#[cfg(all(test, feature = "std"))]
mod tests;
mod waiter_list;

use core::fmt;
use core::ptr::{self, NonNull};
use core::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
};

use super::LostThreads;
use super::lock::Lock;
use crate::sync::list::{Links, List, Node};
use crate::sync::{clock, wait_action::WaitAction};
pub(crate) use signals::BlockedSignals;
use waiter_list::{Waiter, WaiterList};

/// An owner of locks that are held across each fork.
pub(crate) trait LockOwner {
    /// Returns the lock number `n`, or `None` from the first number on that no lock has. The numbers follow the lock
    /// order: a thread that holds a lock acquires only locks with higher numbers.
    fn nth_lock(&self, n: usize) -> Option<&Lock>;

    /// In the child of a fork: makes all locks and data usable for the one thread that the child has. `lost` are the
    /// threads that it does not have, if they are known.
    ///
    /// # Safety
    ///
    /// The process is such a child, and has no other thread.
    unsafe fn settle_in_child(&self, lost: Option<&LostThreads>);
}

/// A node in the list of all owners.
pub(crate) struct Entry {
    links: Links<Self>,
    owner: NonNull<dyn LockOwner>,
}

impl Entry {
    /// Creates an entry for `owner`, which is to live as long as the entry is in the list.
    pub(crate) fn new(owner: NonNull<dyn LockOwner>) -> Self {
        Self { links: Links::new(), owner }
    }

    /// For entries in the list, and for one that is just being added.
    fn owner(&self) -> &dyn LockOwner {
        // SAFETY: by `# Safety` (1) of `add` the owner lives.
        unsafe { self.owner.as_ref() }
    }

    fn locks(&self) -> impl Iterator<Item = &Lock> {
        (0..).map_while(|n| self.owner().nth_lock(n))
    }
}

impl Node for Entry {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").finish_non_exhaustive()
    }
}

/// The state of the handlers. It has a cache line of its own, and so lies on one page: a fork writes to all of it, and
/// each page that is written to is copied.
#[repr(align(64))]
struct ForkState {
    lock: Lock,
    list: List<Entry>,
    waiters: WaiterList,
    /// The number of runs of `before` beyond the first that are not yet followed by their `after`: those of a fork in a
    /// signal handler that has interrupted this fork, or of handlers that are registered twice. Used by the thread that
    /// forks.
    nested_runs: AtomicUsize,
    /// Whether the last `after` of the fork has begun to release the locks, and so may have released some. Used by the
    /// thread that forks.
    is_releasing: AtomicBool,
}

// SAFETY: all fields are `Sync` but the list, which is used under the lock by invariant 1.
unsafe impl Sync for ForkState {}

static STATE: ForkState = ForkState {
    lock: Lock::new(),
    list: List::new(),
    waiters: WaiterList::new(),
    nested_runs: AtomicUsize::new(0),
    is_releasing: AtomicBool::new(false),
};

/// Functions to call around each fork.
#[derive(Debug)]
pub(crate) struct Hooks {
    /// Called before the locks are acquired.
    pub(crate) before: fn(),
    /// Called after they were released, in the parent.
    pub(crate) after: fn(),
    /// Called in the child, before the locks are released.
    pub(crate) in_child: fn(),
}

static HOOKS: AtomicPtr<Hooks> = AtomicPtr::new(ptr::null_mut());

/// Registers `hooks`, to be called around each fork from now on.
#[cfg_attr(
    not(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static"))),
    expect(dead_code, reason = "for a malloc that takes the place of glibc's")
)]
pub(crate) fn set_hooks(hooks: &'static Hooks) {
    HOOKS.store(ptr::from_ref(hooks).cast_mut(), Release);
}

fn hooks() -> Option<&'static Hooks> {
    // SAFETY: null, or from the `&'static` that `set_hooks` got.
    unsafe { HOOKS.load(Acquire).as_ref() }
}

/// The forks between the process that was started and this one. On a cache line of its own, since every call of a
/// [`Locked`](crate::Locked) reads the count.
#[repr(align(64))]
struct Forks {
    count: AtomicUsize,
    /// The id of the thread that made the last fork.
    survivor: AtomicUsize,
}

static FORKS: Forks = Forks { count: AtomicUsize::new(0), survivor: AtomicUsize::new(0) };

/// Returns the number of forks between the process that was started and this one.
#[inline]
pub(crate) fn count() -> usize {
    FORKS.count.load(Relaxed)
}

/// Returns the [id](super::id) of the thread that made the last of these forks: the first thread of this process.
pub(crate) fn survivor() -> usize {
    FORKS.survivor.load(Relaxed)
}

/// Returns whether the calling thread is in a fork. Then it may borrow locks, and other threads may be waiting for it.
pub(super) fn is_forking() -> bool {
    STATE.lock.is_own()
}

/// Adds an entry: the locks of its owner are held across each fork from now on.
///
/// # Safety
///
/// 1. The entry and its owner live, and stay where they are, until the entry is [removed](remove).
/// 2. It is in no list.
/// 3. No thread uses the locks yet.
pub(crate) unsafe fn add(entry: NonNull<Entry>) {
    // Before the lock is acquired, as this may allocate.
    register();
    let _blocked = BlockedSignals::new();
    let guard = STATE.lock.lock();
    // SAFETY: by `# Safety` (1) and (2) of this fn.
    unsafe { STATE.list.push_front(entry) };
    if guard.is_borrowed() {
        // This thread forks, so it has acquired the other locks already. By `# Safety` (3) there is no thread to wait
        // for.
        // SAFETY: by `# Safety` (1) of this fn it lives.
        unsafe { entry.as_ref() }.locks().for_each(|lock| lock.acquire_for_fork(|| WaitAction::Wait));
    }
    drop(guard);
}

/// # Safety
///
/// `entry` was added, and not removed since.
pub(crate) unsafe fn remove(entry: NonNull<Entry>) {
    let _blocked = BlockedSignals::new();
    let _guard = STATE.lock.lock();
    // SAFETY: (1) by `# Safety` of this fn; (2) iterators are used under the lock only.
    unsafe { STATE.list.remove(entry) };
}

/// The milliseconds that a thread waits for another that registers the handlers.
const MAX_WAIT_FOR_REGISTRATION: u64 = 1000;

/// Registers the handlers with the C library, once. No lock of a pool may be held, because the C library may allocate
/// for this, from any pool.
///
/// Other threads wait until this is done, for a second at most. In a child that was forked meanwhile, the thread that
/// registers may be missing. Then the handlers are registered again, and tolerate that they run twice.
pub(crate) extern "C" fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    static REGISTERING: Lock = Lock::new();
    if REGISTERED.load(Acquire) || REGISTERING.is_own() {
        return;
    }
    let start = clock::milliseconds();
    let is_held = REGISTERING.acquire_while(|| {
        let is_in_time = clock::milliseconds() - start <= MAX_WAIT_FOR_REGISTRATION;
        if is_in_time { WaitAction::WaitBriefly } else { WaitAction::GiveUp }
    });
    if !REGISTERED.load(Acquire) {
        // SAFETY: the handlers may be called around any fork. An error, for want of memory, is ignored: then a lock may
        // stay held in the child of a fork beside threads that allocate, and nothing can be done about that here.
        unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after_in_child)) };
        REGISTERED.store(true, Release);
    }
    if is_held {
        // SAFETY: acquired above.
        unsafe { REGISTERING.release() };
    }
}

/// Registers the handlers before `main`. Most C libraries hold a lock while handlers run, so that a handler of the
/// program that creates the first pool could not register any.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
// SAFETY: the functions in this section are called with arguments, which this one ignores.
static REGISTER_AT_START: extern "C" fn() = register;

/// Returns all entries. The caller holds the lock of the list as long as it uses the iterator.
fn entries() -> impl Iterator<Item = &'static Entry> {
    // SAFETY: an entry in the list lives, by invariant 1 of `List`.
    STATE.list.iter().map(|entry| unsafe { entry.as_ref() })
}

/// Returns all locks of all owners, for a caller that holds the lock of the list.
fn locks() -> impl Iterator<Item = &'static Lock> {
    entries().flat_map(Entry::locks)
}

/// Decides how long the thread that forks waits for each lock. That thread holds the lock of the list.
struct ForkWait {
    /// The time from which on the wait may be a deadlock, in milliseconds.
    at_risk_since: Option<u64>,
}

/// The milliseconds that the thread that forks waits for a lock that may never be released before the fork. A thread
/// that runs holds a lock for far less.
const MAX_WAIT_AT_RISK: u64 = 100;

impl ForkWait {
    /// Returns the action of the thread that forks and finds `lock` held by another one.
    ///
    /// No thread that holds a lock waits for one of another pool, since none is held during a call to a parent. So each
    /// lock is released after a while, unless its holder, or a thread that the holder waits for, has been interrupted
    /// by a signal handler that forks: that is this thread, or one that waits for this one.
    fn next(&mut self, lock: &Lock) -> WaitAction {
        // Without this, a signal handler could fork and return in the child, whose list of waiters is empty.
        let _blocked = BlockedSignals::new();
        if is_interrupted(lock) {
            return WaitAction::GiveUp;
        }
        if lock.user().is_some() && !locks().any(is_interrupted) {
            self.at_risk_since = None;
            return WaitAction::WaitBriefly;
        }
        let now = clock::milliseconds();
        let at_risk_for = now - *self.at_risk_since.get_or_insert(now);
        if at_risk_for <= MAX_WAIT_AT_RISK { WaitAction::WaitBriefly } else { WaitAction::GiveUp }
    }
}

/// Returns whether the thread that has the lock in use is in a fork: this thread, or one that waits for the lock of the
/// list to fork.
fn is_interrupted(lock: &Lock) -> bool {
    // The thread may have released the lock and only then begun to fork. So the user of the lock is read again.
    let is_still = |user| lock.user() == Some(user);
    lock.user().is_some_and(|user| user == super::id() || STATE.waiters.contains(user) && is_still(user))
}

extern "C" fn before() {
    if STATE.lock.is_abandoned() {
        // Pools cannot be used in this process.
        return;
    }
    if STATE.lock.is_own_for_fork() {
        STATE.nested_runs.fetch_add(1, SeqCst);
    } else {
        let waiter = Waiter::new();
        STATE.waiters.add(&waiter);
        if let Some(hooks) = hooks() {
            (hooks.before)();
        }
        // The holder forks or changes the list. It releases the lock after a while in either case.
        STATE.lock.acquire_for_fork(|| {
            STATE.waiters.add(&waiter);
            WaitAction::Wait
        });
        STATE.waiters.remove(&waiter);
        STATE.is_releasing.store(false, SeqCst);
    }
    let mut wait = ForkWait { at_risk_since: None };
    locks().for_each(|lock| lock.acquire_for_fork(|| wait.next(lock)));
    // After the waits, in which other threads may have acquired an index.
    LostThreads::record_held_indices();
}

extern "C" fn after() {
    if STATE.lock.is_own_for_fork() && end_run() {
        if let Some(hooks) = hooks() {
            (hooks.after)();
        }
    }
}

extern "C" fn after_in_child() {
    FORKS.survivor.store(super::id(), Relaxed);
    // No other thread exists yet. If the handlers are registered twice, this counts two forks, which does no harm.
    FORKS.count.fetch_add(1, Relaxed);
    STATE.waiters.settle_in_child();
    if let Some(hooks) = hooks() {
        (hooks.in_child)();
    }
    // SAFETY: a child has one thread at first, and it runs the handlers.
    unsafe { STATE.lock.settle_in_child() };
    let settle_all = || {
        let lost = LostThreads::find();
        // SAFETY: a child has one thread at first, and it runs the handlers.
        entries().for_each(|entry| unsafe { entry.owner().settle_in_child(lost.as_ref()) });
        if let Some(lost) = lost {
            lost.release();
        }
    };
    if STATE.lock.is_own_for_fork() {
        settle_all();
        end_run();
    } else if STATE.lock.try_acquire() {
        // The handlers were registered just after this fork had begun, so `before` did not run.
        settle_all();
        // SAFETY: acquired above.
        unsafe { STATE.lock.release() };
    }
}

/// Ends a run of the handlers. If it is the last of the fork, releases the locks and returns true.
fn end_run() -> bool {
    let nested_runs = STATE.nested_runs.load(SeqCst);
    if nested_runs > 0 {
        STATE.nested_runs.store(nested_runs - 1, SeqCst);
    } else {
        STATE.is_releasing.store(true, SeqCst);
    }
    // The run may be that of a fork in a signal handler, nested in another fork. It leaves the locks as it found them:
    // held, or, if the other fork had begun to release them, released.
    if nested_runs <= 1 && STATE.is_releasing.load(SeqCst) {
        locks().for_each(Lock::release_from_fork);
    }
    if nested_runs == 0 {
        STATE.lock.release_from_fork();
    }
    nested_runs == 0
}
