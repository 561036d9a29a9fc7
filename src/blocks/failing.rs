//! A block that makes requests fail, to test what then happens.

use core::fmt;
use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::move_block::transfer;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, StaticAllocator,
    UsableSize, WholePages,
};
use crate::sync::{AtomicUsize, Ordering};

/// Serves requests from `A`, and refuses chosen ones: the nth, all from the nth on, some by chance, or those above a size.
///
/// It tests what a program does when memory runs out, without using up the memory. [`exhaust`](crate::testing::faults::exhaust) runs
/// code with each of its requests failing in turn, and finds leaks and panics.
///
/// * **Requests** are the calls that may fail: `allocate`, `allocate_zeroed`, `grow`, `grow_zeroed` and `shrink` with a new size other than
///   0. They are counted from 0 over all threads. A `grow` is one request, whatever `A` does for it.
/// * **Errors**: a request that is chosen to fail is an [`AllocError`], and does not reach `A`. A failing `grow` or `shrink` leaves the
///   block as it was.
/// * **Repeatable**: the choice depends only on the number and the size of a request. [`always_moving`](Self::always_moving) also makes
///   growing in place fail, so that the addresses of blocks do not depend on the memory behind them.
/// * **Cost per call**: one atomic addition for a request; none for a free. **Size**: seven words at most, and `A`. No byte beside a block.
/// * **Blocks** are `A`'s, as long as `A` returns them. **Size 0** is passed on and not counted. **`deallocate`** passes the block on.
/// * **Threads**: `Sync` if `A` is. It can stand behind `#[global_allocator]` if `A` can.
///
/// Failing the nth request is from Zig's `FailingAllocator`, and failing by chance from the Linux kernel's `failslab`.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::Vec;
/// use janus_alloc::{Failing, Global};
///
/// let failing = Failing::nth(Global, 1);
/// let mut numbers = Vec::new_in(&failing);
/// assert!(numbers.try_push(1).is_ok()); // request 0
/// assert!(numbers.try_reserve(100).is_err()); // request 1
/// assert!(numbers.try_reserve(100).is_ok()); // request 2
/// assert_eq!((failing.requests(), failing.failures()), (3, 1));
/// ```
pub struct Failing<A> {
    rule: Rule,
    growth: Growth,
    /// Requests so far.
    requests: AtomicUsize,
    failures: AtomicUsize,
    /// The number of the request from which on none fails.
    healed_from: AtomicUsize,
    parent: A,
}

/// The rule that chooses the requests that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Never,
    Nth(usize),
    FromNth(usize),
    Chance { seed: u64, one_in: u32 },
    Above(usize),
}

/// The way blocks grow and shrink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growth {
    AsParent,
    AlwaysMoving,
}

impl Rule {
    /// Returns whether the request with this number and size fails.
    #[inline]
    fn fails(self, number: usize, size: usize) -> bool {
        match self {
            Self::Never | Self::Chance { one_in: 0, .. } => false,
            Self::Nth(n) => number == n,
            Self::FromNth(n) => number >= n,
            Self::Chance { seed, one_in } => mix(seed, number as u64) % u64::from(one_in) == 0,
            Self::Above(bytes) => size > bytes,
        }
    }
}

/// Returns the `number`th value of SplitMix64 (Steele, Lea and Flood 2014) from `seed`.
fn mix(seed: u64, number: u64) -> u64 {
    let mut bits = seed.wrapping_add((number.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

impl<A> Failing<A> {
    /// Creates a `Failing` that fails only the request with the number `n`, counted from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Box};
    ///
    /// let failing = Failing::nth(Global, 2);
    /// let results: Vec<bool> = (0..4).map(|n| Box::try_new_in(n, &failing).is_ok()).collect();
    /// assert_eq!(results, [true, true, false, true]);
    /// ```
    #[must_use]
    pub const fn nth(parent: A, n: usize) -> Self {
        Self::by(Rule::Nth(n), parent)
    }

    /// Creates a `Failing` that fails every request from the number `n` on, counted from 0, as if memory had run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Box};
    ///
    /// let failing = Failing::from_nth(Global, 2);
    /// let results: Vec<bool> = (0..4).map(|n| Box::try_new_in(n, &failing).is_ok()).collect();
    /// assert_eq!(results, [true, true, false, false]);
    /// ```
    #[must_use]
    pub const fn from_nth(parent: A, n: usize) -> Self {
        Self::by(Rule::FromNth(n), parent)
    }

    /// Creates a `Failing` that fails one in `one_in` requests on average, chosen by their numbers and `seed`. With the same seed the
    /// same numbers fail. None fails if `one_in` is 0, and each if it is 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Box};
    ///
    /// let failures = |seed| {
    ///     let failing = Failing::chance(Global, seed, 10);
    ///     let results = (0..1000).map(|n| Box::try_new_in(n, &failing).is_err());
    ///     results.collect::<Vec<bool>>()
    /// };
    /// assert!((50..200).contains(&failures(1).iter().filter(|&&failed| failed).count()));
    /// assert!(failures(1) == failures(1) && failures(1) != failures(2));
    /// ```
    #[must_use]
    pub const fn chance(parent: A, seed: u64, one_in: u32) -> Self {
        Self::by(Rule::Chance { seed, one_in }, parent)
    }

    /// Creates a `Failing` that fails every request for more than `bytes` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Vec};
    ///
    /// let failing = Failing::above(Global, 1000);
    /// let mut bytes: Vec<u8, _> = Vec::new_in(&failing);
    /// assert!(bytes.try_reserve_exact(1000).is_ok());
    /// assert!(bytes.try_reserve_exact(1001).is_err());
    /// ```
    #[must_use]
    pub const fn above(parent: A, bytes: usize) -> Self {
        Self::by(Rule::Above(bytes), parent)
    }

    /// Creates a `Failing` that fails no request. It only counts, and may [always move](Self::always_moving) blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Box};
    ///
    /// let counted = Failing::never(Global);
    /// drop(Box::new_in(1, &counted));
    /// assert_eq!(counted.requests(), 1);
    /// ```
    #[must_use]
    pub const fn never(parent: A) -> Self {
        Self::by(Rule::Never, parent)
    }

    const fn by(rule: Rule, parent: A) -> Self {
        Self {
            rule,
            growth: Growth::AsParent,
            requests: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            healed_from: AtomicUsize::new(usize::MAX),
            parent,
        }
    }

    /// Makes every `grow` and `shrink` move the block: it allocates a new block, copies, and frees the old one.
    ///
    /// So code that depends on whether a block stays in place, which may differ from run to run, makes the same requests in each run. It
    /// also finds code that uses the old address of a block. A `grow` or `shrink` is one request as before.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Failing, collections::Vec};
    ///
    /// let arena = Arena::new();
    /// let moving = Failing::never(&arena).always_moving();
    /// let mut bytes: Vec<u8, _> = Vec::with_capacity_in(10, &moving);
    /// let before = bytes.as_ptr();
    /// bytes.reserve_exact(20); // the arena would grow its last block in place
    /// assert_ne!(bytes.as_ptr(), before);
    /// assert_eq!(moving.requests(), 2);
    /// ```
    #[must_use]
    pub const fn always_moving(mut self) -> Self {
        self.growth = Growth::AlwaysMoving;
        self
    }

    /// Stops the failures: no later request fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Global, collections::Box};
    ///
    /// let failing = Failing::from_nth(Global, 0);
    /// assert!(Box::try_new_in(1, &failing).is_err());
    /// failing.heal();
    /// assert!(Box::try_new_in(1, &failing).is_ok());
    /// ```
    pub fn heal(&self) {
        self.healed_from.store(self.requests(), Ordering::Relaxed);
    }

    /// Returns the number of requests so far, failed ones included.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, System, collections::Box};
    ///
    /// let failing = Failing::nth(System, 1);
    /// assert!(Box::try_new_in(0, &failing).is_ok() && Box::try_new_in(1, &failing).is_err());
    /// assert_eq!(failing.requests(), 2);
    /// ```
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns the number of requests that were chosen to fail so far. Those that the parent refused do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, System, collections::Box};
    ///
    /// let failing = Failing::from_nth(System, 1);
    /// assert!(Box::try_new_in(0, &failing).is_ok());
    /// assert!(Box::try_new_in(1, &failing).is_err() && Box::try_new_in(2, &failing).is_err());
    /// assert_eq!(failing.failures(), 2);
    /// ```
    #[must_use]
    pub fn failures(&self) -> usize {
        self.failures.load(Ordering::Relaxed)
    }

    /// Returns the allocator that serves the requests. Requests made to it directly do not fail, and are not counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Failing, Stats, System, collections::Box};
    ///
    /// let failing = Failing::nth(Stats::new(System), 0);
    /// assert!(Box::try_new_in(1, &failing).is_err());
    /// assert_eq!(failing.parent().snapshot().allocations, 0);
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Counts a request for `layout`, and returns an error if it is chosen to fail.
    #[inline]
    fn request(&self, layout: Layout) -> Result<(), AllocError> {
        if layout.size() == 0 {
            return Ok(());
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        if self.rule.fails(number, layout.size()) && number < self.healed_from.load(Ordering::Relaxed) {
            self.failures.fetch_add(1, Ordering::Relaxed);
            return Err(AllocError);
        }
        Ok(())
    }

    /// Grows a block, whose added bytes have these contents.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[inline]
    unsafe fn grow_with(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        self.request(new)?;
        match self.growth {
            // SAFETY: by `# Safety` of this fn.
            Growth::AsParent => unsafe { contents.grow(&self.parent, block, old, new) },
            // SAFETY: by `# Safety` of this fn.
            Growth::AlwaysMoving => unsafe { self.replace(block, old, new, contents) },
        }
    }

    /// Moves a block to a new one, whose added bytes have these contents.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the parent that `old` fits, and is not used again if this returns `Ok`.
    #[inline(never)]
    unsafe fn replace(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        let kept = old.size().min(new.size());
        // SAFETY: by `# Safety` of this fn, and `kept` is at most either size.
        unsafe { transfer(&self.parent, &self.parent, block, old, new, kept, contents) }
    }
}

// SAFETY: every call that does not fail is forwarded to the parent, or is a move to a new block of the parent. Counting neither unwinds
// nor allocates. No block lies in the value, so it may move.
unsafe impl<A: Allocator> Allocator for Failing<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout)?;
        self.parent.allocate(layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout)?;
        self.parent.allocate_zeroed(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old_layout, new_layout, Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old_layout, new_layout, Contents::Zeroed) }
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.request(new_layout)?;
        match self.growth {
            // SAFETY: by `# Safety` of this fn.
            Growth::AsParent => unsafe { self.parent.shrink(block, old_layout, new_layout) },
            // SAFETY: by `# Safety` of this fn.
            Growth::AlwaysMoving => unsafe { self.replace(block, old_layout, new_layout, Contents::Uninit) },
        }
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator> StaticAllocator for Failing<A> {}
// SAFETY: counting neither allocates nor unwinds nor depends on an address; everything else is the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Failing<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for Failing<A> {}
impl<A: CallsMalloc> CallsMalloc for Failing<A> {}
// SAFETY: blocks are the parent's.
unsafe impl<A: WholePages> WholePages for Failing<A> {}
// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns> Owns for Failing<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}
// SAFETY: blocks are the parent's, which answers; every layout that fits one is accepted here, too.
unsafe impl<A: UsableSize> UsableSize for Failing<A> {
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

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate_without_layout(block) };
    }
}

/// Frees every block of the parent. The counts stay.
impl<A: Reset> Reset for Failing<A> {
    fn reset(&mut self) {
        self.parent.reset();
    }
}

impl<A: fmt::Debug> fmt::Debug for Failing<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failing")
            .field("rule", &self.rule)
            .field("growth", &self.growth)
            .field("requests", &self.requests())
            .field("failures", &self.failures())
            .field("parent", &self.parent)
            .finish()
    }
}
