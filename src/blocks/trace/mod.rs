//! A block that calls a hook with each event.

mod event;
mod hook;
mod origin;

use core::fmt;
use core::panic::Location;
use core::ptr::NonNull;

use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAllocator, Layout, Owns, Reset, StaticAllocator,
    UsableSize, WholePages,
};
pub use event::{Event, Operation, Outcome};

/// Calls a hook with an [`Event`] for each call to `A`: operation, layouts, addresses, result, and origin.
///
/// * **The hook** is called on the thread that makes the call: after the parent has served an allocation, growth or shrink, and before
///   it frees a block. So the event of a free comes before that of the allocation that reuses the address, also among threads. (A
///   growth or shrink may free a block as well, and its event comes after that.)
/// * **The hook may allocate**, print and lock, also where it traces the default. What a thread allocates and frees inside a hook is
///   served and not traced, by no `Trace`, so nothing recurses. Several threads may call the hook at once. A thread that holds a lock
///   which the hook acquires must not use the `Trace`: the hook would wait for its own thread.
/// * **A hook that unwinds** ends the process with a message, because an allocator must not unwind.
/// * **Cost per call**: that of the hook, and about 20 instructions to describe the event and to note that the hook runs (a few
///   function calls where std has no native thread-locals).
/// * **Size**: that of `A` and `F`, and a word. **Blocks** are the parent's, at the length that it returns.
/// * **Threads**: `Sync` if `A` and `F` are. On systems without native thread-locals the hook is not called when the C library has
///   no memory to note that it runs.
/// * **Size 0** is passed on and is an event, too. **`deallocate`** calls the hook and passes the block on.
/// * **`reset`** of the parent frees blocks without an event.
///
/// # As the default
///
/// A `Trace` can stand behind `#[global_allocator]` if `A` can, and the hook is `Sync` and `'static`: write its type as
/// `fn(&Event)`. If the hook allocates, every wrapper around the `Trace` is entered a second time, so a wrapper must not hold a lock
/// while it calls its parent. Of this crate's wrappers only [`Locked`](crate::Locked) does, so put a `Trace` around a `Locked`, not
/// inside it.
///
/// The idea is that of Zig's `LoggingAllocator` and the hooks of foonathan/memory.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
/// use janus_alloc::{AsGlobal, SharedPool, Trace, trace::Event};
///
/// static LARGE: AtomicUsize = AtomicUsize::new(0);
///
/// fn print_large(event: &Event) {
///     if event.layout.size() >= 1 << 20 {
///         println!("{event}"); // allocates
///         LARGE.fetch_add(1, Relaxed);
///     }
/// }
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Trace<SharedPool, fn(&Event)>> = AsGlobal::new(Trace::new(SharedPool::new(), print_large));
///
/// drop(vec![0_u8; 1 << 20]);
/// assert_eq!(LARGE.load(Relaxed), 2);
/// ```
pub struct Trace<A, F> {
    created: &'static Location<'static>,
    hook: F,
    parent: A,
}

impl<A, F: Fn(&Event)> Trace<A, F> {
    /// Creates a `Trace` that calls `hook` with each call to `parent`. The place of the call is in each event.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, Trace, collections::Vec, trace::Event};
    ///
    /// let traced = Trace::new(System, |event: &Event| println!("{event}"));
    /// let mut numbers = Vec::new_in(&traced);
    /// numbers.extend(0..100);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new(parent: A, hook: F) -> Self {
        Self { created: Location::caller(), hook, parent }
    }
}

impl<A, F> Trace<A, F> {
    /// Returns the allocator that serves the requests. Requests made to it directly are not traced.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, Trace, trace::Event};
    ///
    /// let traced = Trace::new(System, |_: &Event| {});
    /// let _: &System = traced.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }
}

impl<A, F: Fn(&Event)> Trace<A, F> {
    /// Calls the hook with an event of a call at `caller`.
    fn call(
        &self,
        operation: Operation,
        layout: Layout,
        old: Option<(NonNull<u8>, Layout)>,
        outcome: Outcome,
        caller: &'static Location<'static>,
    ) {
        hook::run(|| {
            let event = Event {
                operation,
                layout,
                old_layout: old.map(|(_, layout)| layout).filter(|_| operation != Operation::Deallocate),
                address: old.map(|(block, _)| block.addr().get()),
                outcome,
                created: self.created,
                caller,
            };
            (self.hook)(&event);
        });
    }
}

fn outcome(block: Result<NonNull<[u8]>, AllocError>) -> Outcome {
    match block {
        Ok(block) => Outcome::Block { address: block.cast::<u8>().addr().get(), length: block.len() },
        Err(AllocError) => Outcome::Failed,
    }
}

// SAFETY: every call is forwarded to the parent, and its result returned as it is. The hook does not unwind out of `hook::run`, and
// is safe code, so it changes no block. No block lies in the value, so it may move.
unsafe impl<A: Allocator, F: Fn(&Event)> Allocator for Trace<A, F> {
    #[track_caller]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.parent.allocate(layout);
        self.call(Operation::Allocate, layout, None, outcome(block), Location::caller());
        block
    }

    #[track_caller]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.parent.allocate_zeroed(layout);
        self.call(Operation::AllocateZeroed, layout, None, outcome(block), Location::caller());
        block
    }

    #[track_caller]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.call(Operation::Deallocate, layout, Some((block, layout)), Outcome::Freed, Location::caller());
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[track_caller]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow(block, old_layout, new_layout) };
        self.call(Operation::Grow, new_layout, Some((block, old_layout)), outcome(grown), Location::caller());
        grown
    }

    #[track_caller]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow_zeroed(block, old_layout, new_layout) };
        self.call(Operation::GrowZeroed, new_layout, Some((block, old_layout)), outcome(grown), Location::caller());
        grown
    }

    #[track_caller]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old_layout, new_layout) };
        self.call(Operation::Shrink, new_layout, Some((block, old_layout)), outcome(shrunk), Location::caller());
        shrunk
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator, F: Fn(&Event)> StaticAllocator for Trace<A, F> {}
// SAFETY: a clone has a clone of the parent, which is an `AllocatorClone`. The hook is copied, which does not unwind.
unsafe impl<A: AllocatorClone, F: Fn(&Event) + Copy> AllocatorClone for Trace<A, F> {}
// SAFETY: the parent is a `GlobalAllocator`. The hook may allocate from the default, as (1) allows; it runs when the parent is not
// serving a request, and `hook::run` neither calls it again for what it allocates nor lets it unwind.
unsafe impl<A: GlobalAllocator, F: Fn(&Event) + Sync + 'static> GlobalAllocator for Trace<A, F> {}
impl<A: CallsMalloc, F> CallsMalloc for Trace<A, F> {}
// SAFETY: blocks are the parent's, at the parent's lengths.
unsafe impl<A: WholePages, F: Fn(&Event)> WholePages for Trace<A, F> {}

// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns, F: Fn(&Event)> Owns for Trace<A, F> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

// SAFETY: blocks are the parent's, at the parent's lengths, so its layouts fit.
unsafe impl<A: UsableSize, F: Fn(&Event)> UsableSize for Trace<A, F> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.layout_of(block) }
    }

    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.usable_size(block) }
    }
}

impl<A: Reset, F> Reset for Trace<A, F> {
    fn reset(&mut self) {
        self.parent.reset();
    }
}

impl<A: Clone, F: Copy> Clone for Trace<A, F> {
    fn clone(&self) -> Self {
        Self { created: self.created, hook: self.hook, parent: self.parent.clone() }
    }
}

impl<A: fmt::Debug, F> fmt::Debug for Trace<A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("parent", &self.parent).field("created", &self.created).finish_non_exhaustive()
    }
}
