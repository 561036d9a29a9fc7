//! A fork copies locks as they are. So all [locks that are noted here](Locks) are held across one and released after it, on both sides:
//! then no thread that the child has not got holds one in it.
//!
//! The handlers of others run while they are held, and may allocate: the thread that forks [passes](Lock::lock) the locks.
//!
//! It may also fork in a signal handler that has interrupted it while it used what a lock guards. That lock stays its own: it is
//! not passed, and not released here. Meanwhile another thread may wait for it, and hold the next one, so that it cannot be
//! waited for. [`Patience`] finds that out. The lock is then abandoned in the child, and who asks for it there is told so.
//!
//!
//! # Invariants
//!
//! 1. The list changes under its lock only, with signals blocked. So a signal handler never finds its own thread changing it.
//! 2. The thread that forks, unless there is no other, holds the lock of the list for the fork, from its first handler before to its last
//!    one after.
//! 3. A thread that waits for that is among those that [wait](Queue), so that the one that forks knows of it.

mod signals;
#[cfg(all(test, feature = "std"))]
mod tests;
mod waiting;

use core::fmt;
use core::ptr::{self, NonNull};
use core::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicUsize,
    Ordering::{Acquire, Release, SeqCst},
};

use super::Lost;
use super::lock::Lock;
use crate::sync::list::{Links, List, Node};
use crate::sync::{clock, wait_action::WaitAction};
use signals::Blocked;
use waiting::{Queue, Waiting};

/// What has locks that are to be held across a fork.
pub(crate) trait Locks {
    /// Its locks by number, in the order in which they are taken one below the other; `None` from the first number on that no lock has.
    fn lock(&self, number: usize) -> Option<&Lock>;

    /// In the child of a fork, where there is but the calling thread, and not those that were `lost`, if that is known.
    ///
    /// # Safety
    ///
    /// This is one.
    unsafe fn settle_in_child(&self, lost: Option<&Lost>);
}

/// For who has [`Locks`], by which they are in the list of all.
pub(crate) struct Entry {
    links: Links<Self>,
    locks: NonNull<dyn Locks>,
}

impl Entry {
    /// Of `locks`, which it lives as long as.
    pub(crate) fn new(locks: NonNull<dyn Locks>) -> Self {
        Self { links: Links::new(), locks }
    }

    fn locks(&self) -> &dyn Locks {
        // SAFETY: who adds an entry says that they live.
        unsafe { self.locks.as_ref() }
    }

    fn numbered(&self) -> impl Iterator<Item = &Lock> {
        (0..).map_while(|number| self.locks().lock(number))
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

/// On a line of its own, so on one page: a fork writes to all of it, and a page that is written to is copied.
#[repr(align(64))]
struct Entries {
    lock: Lock,
    list: List<Entry>,
    waiting: Queue,
    /// How many times `before` has run again, before the `after` of its first run: for a fork in a signal handler that has
    /// interrupted this one, or by a second registration. Used by the thread that forks.
    again: AtomicUsize,
    /// Whether the last handler of the fork is releasing the locks, and so may have released some. Used by the thread that forks.
    is_releasing: AtomicBool,
}

// SAFETY: the list is used under the lock.
unsafe impl Sync for Entries {}

static ENTRIES: Entries = Entries {
    lock: Lock::new(),
    list: List::new(),
    waiting: Queue::new(),
    again: AtomicUsize::new(0),
    is_releasing: AtomicBool::new(false),
};

/// What else is to be done around a fork.
#[derive(Debug)]
pub(crate) struct Around {
    /// Before the locks are acquired.
    pub(crate) before: fn(),
    /// After they were released.
    pub(crate) after: fn(),
    pub(crate) in_child: fn(),
}

static AROUND: AtomicPtr<Around> = AtomicPtr::new(ptr::null_mut());

/// From now on this is done around each fork.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "for an exported malloc"))]
pub(crate) fn surround(around: &'static Around) {
    AROUND.store(ptr::from_ref(around).cast_mut(), Release);
}

fn around() -> Option<&'static Around> {
    // SAFETY: put there as a reference that lives as long.
    unsafe { AROUND.load(Acquire).as_ref() }
}

/// Whether the calling thread forks: then it holds locks that it may pass, and others may wait for it.
pub(super) fn is_forking() -> bool {
    ENTRIES.lock.is_own()
}

/// From now on the locks of `entry` are held across each fork.
///
/// # Safety
///
/// It and what it is of stay where they are until it is [removed](remove), and nobody uses the locks yet.
pub(crate) unsafe fn add(entry: NonNull<Entry>) {
    // Before anything is locked.
    register();
    let _blocked = Blocked::new();
    let held = ENTRIES.lock.lock();
    // SAFETY: by `# Safety` of this fn; a new one is in no list.
    unsafe { ENTRIES.list.push_front(entry) };
    if held.is_passed() {
        // SAFETY: by `# Safety` of this fn. Nobody uses them, so there is nobody to wait for.
        unsafe { entry.as_ref() }.numbered().for_each(|lock| lock.acquire_for_fork(|| WaitAction::Wait));
    }
    drop(held);
}

/// # Safety
///
/// `entry` was added.
pub(crate) unsafe fn remove(entry: NonNull<Entry>) {
    let _blocked = Blocked::new();
    let _held = ENTRIES.lock.lock();
    // SAFETY: by `# Safety` of this fn.
    unsafe { ENTRIES.list.remove(entry) };
}

/// How many milliseconds a thread waits for another that registers the handlers.
const PATIENCE_TO_REGISTER: u64 = 1000;

/// Asks the C library to call what is to happen, once. It may allocate for that, from any pool, so no lock is held here.
///
/// No thread goes on before it is done, within a second. In the child of a fork meanwhile there may be nobody to wait for: then it is done
/// once more, and the handlers bear that.
pub(crate) extern "C" fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    static REGISTERING: Lock = Lock::new();
    if REGISTERED.load(Acquire) || REGISTERING.is_own() {
        return;
    }
    let start = clock::milliseconds();
    let is_held = REGISTERING.acquire_while(|| {
        if clock::milliseconds() - start <= PATIENCE_TO_REGISTER { WaitAction::WaitBriefly } else { WaitAction::GiveUp }
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

/// Before `main`: most C libraries hold a lock while handlers run, so that one of the program's that makes the first pool could not
/// register any.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
// SAFETY: the functions there are called with arguments that this one does not look at.
static AT_THE_START: extern "C" fn() = register;

/// All of them, for who holds the lock of the list.
fn entries() -> impl Iterator<Item = &'static Entry> {
    // SAFETY: in the list, so it lives.
    ENTRIES.list.iter().map(|entry| unsafe { entry.as_ref() })
}

fn locks() -> impl Iterator<Item = &'static Lock> {
    entries().flat_map(Entry::numbered)
}

/// How long the thread that forks waits for the locks. It holds that of the list.
struct Patience {
    /// Since when there has been danger, in milliseconds.
    danger: Option<u64>,
}

/// How many milliseconds the thread that forks waits for a lock that may never be released before the fork. A thread that runs holds
/// one for far less.
const PATIENCE_IN_DANGER: u64 = 100;

impl Patience {
    /// Whether to wait for a lock, which another thread holds.
    ///
    /// No thread that holds a lock waits for one of another pool, since a parent is asked without. So each can be waited for, unless a
    /// thread has been interrupted while it used what a lock guards, this one or another that waits for this one: both are in a fork.
    fn next(&mut self, lock: &Lock) -> WaitAction {
        // A signal handler may fork, and return in the child, where those that wait are no more.
        let _blocked = Blocked::new();
        if is_interrupted(lock) {
            return WaitAction::GiveUp;
        }
        if lock.user().is_some() && !locks().any(is_interrupted) {
            self.danger = None;
            return WaitAction::WaitBriefly;
        }
        let now = clock::milliseconds();
        let in_danger = now - *self.danger.get_or_insert(now);
        if in_danger <= PATIENCE_IN_DANGER { WaitAction::WaitBriefly } else { WaitAction::GiveUp }
    }
}

/// Whether a thread forks while it uses what the lock guards: this one, or another, which waits for the lock of the list then.
fn is_interrupted(lock: &Lock) -> bool {
    // Else it may have released the lock, and only then have begun to fork.
    let is_still = |user| lock.user() == Some(user);
    lock.user().is_some_and(|user| user == super::id() || ENTRIES.waiting.has(user) && is_still(user))
}

extern "C" fn before() {
    if ENTRIES.lock.is_abandoned() {
        // Pools cannot be used here.
        return;
    }
    if ENTRIES.lock.is_own_for_fork() {
        ENTRIES.again.fetch_add(1, SeqCst);
    } else {
        let waiting = Waiting::new();
        ENTRIES.waiting.begin(&waiting);
        if let Some(around) = around() {
            (around.before)();
        }
        // Its holder forks too, or changes the list, and waits for nobody.
        ENTRIES.lock.acquire_for_fork(|| {
            ENTRIES.waiting.begin(&waiting);
            WaitAction::Wait
        });
        ENTRIES.waiting.end(&waiting);
        ENTRIES.is_releasing.store(false, SeqCst);
        Lost::note();
    }
    let mut patience = Patience { danger: None };
    locks().for_each(|lock| lock.acquire_for_fork(|| patience.next(lock)));
}

extern "C" fn after() {
    if ENTRIES.lock.is_own_for_fork() && release() {
        if let Some(around) = around() {
            (around.after)();
        }
    }
}

extern "C" fn after_in_child() {
    ENTRIES.waiting.settle_in_child();
    if let Some(around) = around() {
        (around.in_child)();
    }
    // SAFETY: a child has one thread.
    unsafe { ENTRIES.lock.settle_in_child() };
    let settle_all = || {
        let lost = Lost::find();
        // SAFETY: a child has one thread.
        entries().for_each(|entry| unsafe { entry.locks().settle_in_child(lost.as_ref()) });
        if let Some(lost) = lost {
            lost.give_back();
        }
    };
    if ENTRIES.lock.is_own_for_fork() {
        settle_all();
        release();
    } else if ENTRIES.lock.try_acquire() {
        // The handlers were being registered just when the process was forked.
        settle_all();
        // SAFETY: acquired above.
        unsafe { ENTRIES.lock.release() };
    }
}

/// Releases the locks at the last of a fork's handlers. Says whether it was that.
fn release() -> bool {
    let again = ENTRIES.again.load(SeqCst);
    if again > 0 {
        ENTRIES.again.store(again - 1, SeqCst);
    } else {
        ENTRIES.is_releasing.store(true, SeqCst);
    }
    // The last handler of a fork in a signal handler leaves everything as it was: held, or being released.
    if again <= 1 && ENTRIES.is_releasing.load(SeqCst) {
        locks().for_each(Lock::release_from_fork);
    }
    if again == 0 {
        ENTRIES.lock.release_from_fork();
    }
    again == 0
}
