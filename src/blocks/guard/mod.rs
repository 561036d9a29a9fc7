//! A block that finds misuse of memory.

mod allocator;
mod at_exit;
#[cfg_attr(not(all(feature = "backtrace", unix)), path = "no_backtraces.rs")]
mod backtraces;
mod call_site;
mod calls;
mod index;
mod leaks;
mod ledger;
mod options;
mod paged_vec;
mod placement;
mod report;
mod state;
mod stderr;

use core::fmt;
use core::panic::Location;
use core::ptr;
use core::sync::atomic::AtomicPtr;

use crate::api::{AllocError, Allocator};
use crate::sources::Pages;
pub use call_site::CallSite;
use ledger::{Origin, Status};
pub use options::Leaks;
use options::Options;
use placement::Placement;
use report::{Fault, Finder, Moment};
use state::State;

/// Finds misuse of the blocks of `A`: writes outside of a block or after its free, wrong frees, and leaks. It reports them to standard
/// error with the places in the program, and aborts.
///
/// | report | fault | found |
/// | --- | --- | --- |
/// | `overflow` | bytes behind a block were overwritten | when the block is freed or resized, by `check`, at drop or exit |
/// | `underflow` | bytes in front of a block were overwritten | as an overflow |
/// | `use after free` | a freed block was overwritten | when its memory leaves the quarantine, by `check`, at drop or exit |
/// | `use after free` | a freed block is resized, or asked for its layout | at once |
/// | `double free` | a freed block is freed | at once |
/// | `wrong layout` | a block is freed or resized with another size or align; grown to a smaller size | at once |
/// | `foreign pointer` | no block of this guard starts there: one of another allocator, of the stack, inside of a block | at once |
/// | `leak` | blocks are live | at drop, by `check_leaks` and `check_leaks_since` |
///
/// A **read** outside of a block or after its free is not found. But it reads fixed values: 0xa5 in bytes that were never written, 0xde
/// in freed ones. [`Guard::pages`] puts each block in front of a page without access: there an overflow, and any use of a freed block,
/// is a fault of the processor at once (`SIGSEGV` on Unix), be it a write or a read.
///
/// * **Red zones**: 64 bytes on each side of a block are watched, see [`red_zone_bytes`](Self::red_zone_bytes). A write that skips them is
///   not found, unless it hits those of another block.
/// * **Quarantine**: freed blocks are kept until they are more than 16 MiB together, see [`quarantine_bytes`](Self::quarantine_bytes). If
///   the parent fails, the guard returns them to it, and asks once more. The latest 4096 that have left are remembered: a second free of
///   one of these is a double free, until its address is in use again.
/// * **Origins**: a report says where a block was allocated and freed. The methods of [`Allocator`] note the line that calls them. That
///   helps where the program calls them itself. A collection calls them from a line of its own, and `&Guard` from a line of the crate with
///   the trait. So pass a collection [`guard.call_site()`](Self::call_site) instead of `&guard`. With the feature `backtrace` set
///   `backtraces`, which covers every call, also those to the default.
/// * **Cost per call**: a lock, up to three times; a lookup in a hash table; writing and comparing the red zones; and writing all of the
///   block, at its allocation and its free. Every resize moves the block. This is for tests and for the search for a bug.
/// * **Memory**: the red zones, a record of about 100 bytes for each block in pages from the operating system, and the quarantine. A large
///   align rounds the zone in front up to the align. **Size**: six words and `A`.
/// * **Blocks** are exactly as long as requested, and are accepted with no other size. **Errors**: those of the parent, or no pages for
///   a record.
/// * **Threads**: `Sync` if `A` is. It can stand behind `#[global_allocator]` if `A` can, and allocates nothing from it. (A backtrace that is
///   printed does, just before the process ends.)
/// * **Fork**: the lock is held across a fork, so the child can use the guard.
/// * **Size 0** is served without the parent, and not watched. A free of size 0 does nothing, but reports a pointer that is not aligned.
/// * **`deallocate`** checks the block, fills it with 0xde, and puts it into quarantine.
/// * **Drop** checks all blocks, returns the freed ones to the parent, and reports the live ones as [`Leaks`] says. Guards in statics
///   are not dropped: see [`check_at_exit`](Self::check_at_exit) and [`check_leaks`](Self::check_leaks).
/// * **Capabilities**: it is always an [`Owns`](crate::api::Owns) and a [`UsableSize`](crate::api::UsableSize), as it knows its blocks. So
///   `export_malloc!` can make it C's `malloc`, too.
///
/// The table of blocks, and the search in it for a wrong pointer, follow Odin's tracking allocator and Zig's `DebugAllocator`; quarantine
/// and red zones are those of AddressSanitizer; a page behind each block is Bruce Perens' Electric Fence.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Guard, System, collections::Vec};
///
/// let guard = Guard::new(System);
/// let mut numbers = Vec::new_in(guard.call_site());
/// numbers.extend(0..1000);
/// drop(numbers);
/// assert_eq!(guard.live_blocks(), 0);
/// ```
///
/// A guard as the default of the process:
///
/// ```
/// use janus_alloc::{AsGlobal, Guard, SharedPool};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()));
///
/// fn main() {
///     DEFAULT.check_at_exit().expect("there is memory");
///     let text = String::from("watched");
///     assert!(DEFAULT.live_blocks() > 0);
/// #   drop(text);
/// }
/// ```
///
/// A bug, and the report of it:
///
/// ```no_run
/// use janus_alloc::api::{Allocator, Layout};
/// use janus_alloc::{Guard, System};
///
/// let guard = Guard::new(System);
/// let layout = Layout::new::<[u8; 24]>();
/// let block = guard.allocate(layout)?.cast::<u8>();
/// // SAFETY: it is not: one byte too many.
/// unsafe { block.write_bytes(b'A', 25) };
/// // SAFETY: live with that layout.
/// unsafe { guard.deallocate(block, layout) };
/// # Ok::<(), janus_alloc::api::AllocError>(())
/// ```
///
/// ```text
/// janus-alloc: Guard: overflow: 1 byte behind the block at 0x55f2c6cf2b40 of size 24 and align 1 was overwritten: at 0 bytes from its end is 0x41 instead of 0x93
///   found when it was freed, at src/main.rs:10:10
///   allocated: event 1, by this thread, at src/main.rs:6:19
///   guard created at src/main.rs:4:13
/// ```
pub struct Guard<A: Allocator> {
    state: AtomicPtr<State>,
    options: Options,
    created: Origin,
    parent: A,
}

impl<A: Allocator> Guard<A> {
    /// Creates a guard over `parent`. It allocates nothing until the first use. Reports name the place of this call.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, SharedPool};
    ///
    /// static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
    /// # assert_eq!(GUARD.live_blocks(), 0);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new(parent: A) -> Self {
        Self::with_placement(parent, Placement::Zones { bytes: 64 }, Location::caller())
    }

    const fn with_placement(parent: A, placement: Placement, created: Origin) -> Self {
        Self { state: AtomicPtr::new(ptr::null_mut()), options: Options::new(placement), created, parent }
    }

    /// Sets how many bytes of freed blocks, with their red zones, are kept in quarantine. More find later writes to freed blocks, and
    /// keep more memory from the parent. 0 returns each block at once. A block that is larger than this is returned at once, too.
    /// Default: 16 MiB.
    ///
    /// Set options before the first use of the guard; later it keeps those that it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System};
    ///
    /// let guard = Guard::new(System).quarantine_bytes(256 << 20);
    /// # assert_eq!(guard.quarantined_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn quarantine_bytes(mut self, bytes: usize) -> Self {
        self.options.quarantine = bytes;
        self
    }

    /// Sets how many bytes are watched on each side of a block. 0 watches none: then overflows are not found. [`Guard::pages`] watches
    /// what is left of the pages instead. Default: 64.
    ///
    /// Set options before the first use of the guard; later it keeps those that it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System};
    ///
    /// let guard = Guard::new(System).red_zone_bytes(4096);
    /// # drop(janus_alloc::collections::Box::new_in(1, &guard));
    /// ```
    #[must_use]
    pub const fn red_zone_bytes(mut self, bytes: usize) -> Self {
        if let Placement::Zones { .. } = self.options.placement {
            self.options.placement = Placement::Zones { bytes };
        }
        self
    }

    /// Sets whether a backtrace is captured at each allocation, free and resize, and printed with a report.
    ///
    /// A capture costs some microseconds, and allocates nothing. Equal backtraces are stored once, in pages from the operating system. At
    /// most 40 frames are kept. Names and lines are looked for only when a report is printed, and are there if the program has
    /// debug information. On Windows this has no effect. Default: `false`.
    ///
    /// Set options before the first use of the guard; later it keeps those that it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Guard, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()).backtraces(true));
    /// # drop(vec![1, 2, 3]);
    /// ```
    #[cfg(feature = "backtrace")]
    #[must_use]
    pub const fn backtraces(mut self, backtraces: bool) -> Self {
        self.options.backtraces = backtraces;
        self
    }

    /// Sets what happens if blocks are live when the guard is dropped. Default: [`Leaks::Abort`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, blocks::guard::Leaks, collections::Box};
    ///
    /// let guard = Guard::new(System).leaks(Leaks::Report);
    /// Box::leak(Box::new_in(1, &guard));
    /// drop(guard); // prints the leaked block
    /// ```
    #[must_use]
    pub const fn leaks(mut self, leaks: Leaks) -> Self {
        self.options.leaks = leaks;
        self
    }

    /// Returns the allocator that blocks come from. Blocks that are requested from it directly are not watched.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System};
    ///
    /// let _: &System = Guard::new(System).parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns a reference for a collection, whose blocks are reported as allocated by the line that calls this.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// let boxed = Box::new_in(1, guard.call_site()); // reports name this line
    /// # drop(boxed);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn call_site(&self) -> CallSite<'_, A> {
        CallSite::new(self, Location::caller())
    }

    /// Checks all live blocks and all blocks in quarantine now, and reports the first one that is damaged. Other threads that use the
    /// guard wait meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// let boxed = Box::new_in(1, &guard);
    /// guard.check(); // between the steps of a program, to find the one that does the damage
    /// # drop(boxed);
    /// ```
    #[track_caller]
    pub fn check(&self) {
        if let Some(state) = State::get(&self.state) {
            check_state(state, Moment::Check, Location::caller());
        }
    }

    /// Checks all blocks when the process ends, as [`check`](Self::check) does: for a guard in a static, which is never dropped.
    ///
    /// The end is a return from `main` or a call of [`exit`](std::process::exit), not an abort. Blocks that are live then are no leaks: std
    /// itself never frees some.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no memory, or if 64 guards are registered already.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, SharedPool, collections::Box};
    ///
    /// static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
    ///
    /// GUARD.check_at_exit()?;
    /// drop(Box::new_in(1, &GUARD));
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    pub fn check_at_exit(&'static self) -> Result<(), AllocError> {
        at_exit::register(State::get_or_create(&self.state, self.options, self.created)?)
    }

    /// Reports all live blocks as leaks, and aborts; does nothing if there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, SharedPool, collections::Box};
    ///
    /// static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
    ///
    /// drop(Box::new_in(1, &GUARD));
    /// GUARD.check_leaks(); // at the end of a test
    /// ```
    pub fn check_leaks(&self) {
        self.check_leaks_since(0);
    }

    /// Reports the live blocks that were allocated after an event as leaks, and aborts; does nothing if there are none. For a guard
    /// behind the default, some of whose blocks std keeps for ever. A block that is resized counts as allocated then.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Guard, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()));
    ///
    /// println!("the first line, for which std allocates a buffer");
    /// let start = DEFAULT.events();
    /// drop(String::from("the work that should free all of its memory"));
    /// DEFAULT.check_leaks_since(start);
    /// ```
    pub fn check_leaks_since(&self, event: u64) {
        if State::get(&self.state).is_some_and(|state| leaks::any_since(state, event)) {
            self.report_leaks(event);
        }
    }

    /// Returns the number of events up to now: each allocation, resize and free is one. Reports have these numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// drop(Box::new_in(1, &guard)); // an allocation and a free
    /// assert_eq!(guard.events(), 2);
    /// ```
    #[must_use]
    pub fn events(&self) -> u64 {
        State::get(&self.state).map_or(0, |state| state.ledger().events())
    }

    /// Prints all live blocks to standard error, by the places that they were allocated at, those with the most bytes first: at most 20
    /// places. It allocates nothing, except to print backtraces.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// let boxed = Box::new_in(1, guard.call_site());
    /// guard.print_live_blocks();
    /// # drop(boxed);
    /// ```
    pub fn print_live_blocks(&self) {
        if let Some(state) = State::get(&self.state) {
            leaks::print_since(state, 0, "live blocks");
        }
    }

    /// Returns the number of live blocks. Blocks of size 0 do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// let boxed = Box::new_in(1_u64, &guard);
    /// assert_eq!((guard.live_blocks(), guard.live_bytes()), (1, 8));
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn live_blocks(&self) -> usize {
        State::get(&self.state).map_or(0, |state| state.ledger().live_blocks())
    }

    /// Returns the number of bytes of all live blocks, as they were requested.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// let both = (Box::new_in(1_u64, &guard), Box::new_in([0_u8; 100], &guard));
    /// assert_eq!(guard.live_bytes(), 108);
    /// # drop(both);
    /// ```
    #[must_use]
    pub fn live_bytes(&self) -> usize {
        State::get(&self.state).map_or(0, |state| state.ledger().live_bytes())
    }

    /// Returns the number of bytes in quarantine, with their red zones.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, System, collections::Box};
    ///
    /// let guard = Guard::new(System);
    /// drop(Box::new_in(1_u64, &guard));
    /// assert_eq!(guard.quarantined_bytes(), 8 + 2 * 64);
    /// ```
    #[must_use]
    pub fn quarantined_bytes(&self) -> usize {
        State::get(&self.state).map_or(0, |state| state.ledger().quarantined_bytes())
    }

    #[cold]
    fn report_leaks(&self, event: u64) -> ! {
        report::begin_last_report();
        if let Some(state) = State::get(&self.state) {
            leaks::print_since(state, event, "leak");
        }
        report::end()
    }
}

impl Guard<Pages> {
    /// Creates a guard whose blocks lie in pages of their own, at the end of them, in front of a page without access. The page in front of
    /// a block has no access either, and neither has a freed block while it is in quarantine.
    ///
    /// So an overflow is a fault of the processor at the instruction that makes it, read or write, and a debugger shows it. On Unix the
    /// process ends by `SIGSEGV` (or `SIGBUS`), without a report. The same holds for any use of a freed block.
    ///
    /// * An overflow is a fault at once if the size is a multiple of the align, as the size of every Rust type is. Otherwise up to
    ///   `align - 1` watched bytes lie between the block and the page.
    /// * An underflow is found when the block is freed; a fault at once only if it leaves the page.
    /// * Each block costs at least a page of memory, three of address space, and four system calls. In quarantine it costs address space
    ///   only. Linux allows a process 65,530 mappings (`vm.max_map_count`): with one for each live block and one between two of
    ///   them, requests fail from about 32,000 live blocks on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Guard, Pages, collections::Vec};
    ///
    /// let guard = Guard::pages();
    /// let bytes = Vec::<u8, _>::with_capacity_in(100, &guard);
    /// let end = bytes.as_ptr().addr() + 100;
    /// assert_eq!(end % Pages::page_size(), 0);
    /// # drop(bytes);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn pages() -> Self {
        Self::with_placement(Pages::new().guard_pages(true), Placement::PageEnd, Location::caller())
    }
}

/// Checks all blocks, and reports the first one that is damaged.
fn check_state(state: &State, moment: Moment, origin: Origin) {
    let placement = state.options.placement;
    let ledger = state.ledger();
    let is_at_rest = |status| matches!(status, Status::Live | Status::Quarantined { .. });
    let damaged = ledger.records().iter().filter(|record| is_at_rest(record.status)).find_map(|record| {
        // SAFETY: by invariant 3 of `Ledger` the memory is the guard's, and under the lock no other thread releases it.
        unsafe { calls::damage(record, placement) }.map(|damage| (*record, damage))
    });
    drop(ledger);
    if let Some((record, damage)) = damaged {
        let finder = Finder { state: Some(state), created: state.created, origin };
        report::abort(&Fault::Damage { record, damage, moment }, &finder);
    }
}

impl<A: Allocator> Drop for Guard<A> {
    fn drop(&mut self) {
        let Some(state) = State::get(&self.state) else { return };
        check_state(state, Moment::Drop, self.created);
        self.release_oldest(state, 0, Moment::Drop, self.created);
        if state.ledger().live_blocks() > 0 {
            match self.options.leaks {
                Leaks::Abort => self.report_leaks(0),
                Leaks::Report => leaks::print_since(state, 0, "leak"),
                Leaks::Ignore => {}
            }
        }
        // SAFETY: the guard is dropped, so nothing uses its state any more.
        unsafe { State::free(state.into()) };
    }
}

impl<A: Allocator + Default> Default for Guard<A> {
    #[track_caller]
    fn default() -> Self {
        Self::with_placement(A::default(), Placement::Zones { bytes: 64 }, Location::caller())
    }
}

impl<A: Allocator + fmt::Debug> fmt::Debug for Guard<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("parent", &self.parent)
            .field("live_blocks", &self.live_blocks())
            .field("live_bytes", &self.live_bytes())
            .field("quarantined_bytes", &self.quarantined_bytes())
            .finish_non_exhaustive()
    }
}
