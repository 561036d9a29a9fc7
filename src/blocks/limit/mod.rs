//! A block that caps how many bytes are live.

mod quota;

use core::fmt;
use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::shorten::shorten;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, StaticAllocator,
    WholePages,
};
use crate::sync::{AtomicUsize, Ordering};
use quota::{Charge, Quota};

/// Serves requests from `A` as long as the live blocks have no more than a given number of bytes, and refuses the others.
///
/// Several collections share a limit by reference. A limit over `&Limit<_>` is a part of that limit: its blocks are charged to
/// both. So limits form a quota tree, for example of a process, its tenants and their requests.
///
/// * **Errors**: a request that would exceed this limit or one above it is an [`AllocError`]. Nothing is charged then, and a block
///   that was to grow stays as it was. A request that the parent refuses is not charged either.
/// * **Bytes** are those requested. A block is exactly as long as it is charged, whatever `A` returns. Memory that the parent takes
///   beyond that does not count: its bookkeeping, the rounding up to a size class or a page, and the old block while a growing block is
///   moved. To cap this too, put the limit below: `SharedPool<Limit<Pages>>` caps what a pool takes from the system.
/// * **Cost per call**: one compare-and-swap for an allocation, one atomic subtraction for a free; for a tree, the same on each
///   level. No lock. Threads that use one limit share a cache line; for many threads put it below a pool, which asks seldom.
/// * **Size**: three words and `A`. No byte beside a block.
/// * **Threads**: `Sync` if `A` is, and exact at any time: the live bytes of all threads together never exceed the limit. It can stand
///   behind `#[global_allocator]` if `A` can.
/// * **Size 0** is passed on and not charged. **`deallocate`** passes the block on and then releases its bytes.
/// * **Growing** charges the difference, also where the parent has to move the block.
/// * **Drop** releases nothing. A leaked block stays charged to the limits above, because it still takes their memory.
///
/// To share a limit with threads that outlive a scope, put it in a static or in an [`Arc`](crate::collections::Arc) of this crate.
/// Free a block through the limit that allocated it: freed directly through `A`, it would stay charged for ever.
///
/// # What a collection does at the limit
///
/// A `try_` method returns an error, and the collection keeps what it has. The methods without `try_` call
/// [`handle_alloc_error`](crate::api::handle_alloc_error), as those of std do, and **that ends the process**: `push` over a tenant's
/// limit ends all tenants. So use `try_reserve`, `try_push` and the like where a limit may be reached. `HashMap::try_insert` is none of
/// them: it is hashbrown's, which fails if the key is there, and ends the process at the limit. Call `try_reserve` before `insert`.
///
/// A collection grows by doubling. A `Vec` or `String` lets the allocator grow its buffer, which is charged with the difference. But a
/// collection that moves its contents itself **needs the old and the new buffer at once**: a `HashMap` builds a new table, and needs three
/// times the bytes of the old one in total. So does a growing block in an arena or a pool over a limit, unless it can grow in place. So
/// such a collection fails with as little as a third of the limit in use. Reserve what is needed beforehand, or set the limit accordingly.
///
/// ```
/// use janus_alloc::collections::{HashMap, Vec};
/// use janus_alloc::{Global, Limit};
///
/// let limit = Limit::new(Global, 1000);
/// let mut bytes: Vec<u8, _> = Vec::with_capacity_in(500, &limit);
/// assert!(bytes.try_reserve_exact(1000).is_ok(), "500 bytes more");
/// drop(bytes);
///
/// let mut map: HashMap<u64, u64, _, _> = HashMap::new_in(&limit);
/// assert!(map.try_reserve(28).is_ok()); // 32 buckets
/// limit.set_limit(5 * limit.used() / 2);
/// assert!(map.try_reserve(56).is_err(), "no room for 64 buckets beside the 32");
/// drop(map);
/// assert!(HashMap::<u64, u64, _, _>::new_in(&limit).try_reserve(56).is_ok());
/// ```
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::Vec;
/// use janus_alloc::{Global, Limit};
///
/// let tenant = Limit::new(Global, 10_000);
/// let request = Limit::new(&tenant, 4_000);
///
/// let mut body: Vec<u8, _> = Vec::new_in(&request);
/// assert!(body.try_reserve_exact(3_000).is_ok());
/// assert!(body.try_reserve_exact(5_000).is_err()); // over the limit of the request
/// assert_eq!((request.used(), request.remaining(), tenant.used()), (3_000, 1_000, 3_000));
///
/// let other = Limit::new(&tenant, 9_000);
/// assert!(Vec::<u8, _>::try_with_capacity_in(8_000, &other).is_err()); // over that of the tenant
/// assert_eq!((other.used(), tenant.used()), (0, 3_000));
///
/// drop(body);
/// assert_eq!((tenant.used(), tenant.peak()), (0, 3_000));
/// ```
///
/// A tenant's pool with a cap. A `SharedPool` takes chunks of 2 MiB, so give it 16 MiB or more; below, a `Locked<Pool<Limit<Pages>>>` uses
/// nearly all of the cap.
///
/// ```
/// # #[cfg(any(unix, windows))] {
/// use janus_alloc::{Limit, Pages, SharedPool, collections::Vec};
///
/// let pool = SharedPool::new_in(Limit::new(Pages::new(), 64 << 20));
/// assert!(Vec::<u8, _>::try_with_capacity_in(100 << 20, &pool).is_err());
/// assert!(Vec::<u8, _>::try_with_capacity_in(10 << 20, &pool).is_ok());
/// assert!(pool.parent().peak() <= 64 << 20);
/// # }
/// ```
///
/// The limit of one allocator is from Zig's `DebugAllocator` (`requested_memory_limit`) and bumpalo's `set_allocation_limit`; charging
/// the ancestors is from Linux' control groups.
pub struct Limit<A> {
    quota: Quota,
    parent: A,
}

impl<A> Limit<A> {
    /// Creates a limit of `bytes` over `parent`. With `usize::MAX` it only counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Limit, System};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Limit<System>> = AsGlobal::new(Limit::new(System, 1 << 30));
    ///
    /// assert!(Vec::<u8>::new().try_reserve(2 << 30).is_err());
    /// ```
    #[must_use]
    pub const fn new(parent: A, bytes: usize) -> Self {
        let quota = Quota { used: AtomicUsize::new(0), peak: AtomicUsize::new(0), limit: AtomicUsize::new(bytes) };
        Self { quota, parent }
    }

    /// Returns the allocator that serves the requests. Requests made to it directly are not charged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Limit};
    ///
    /// let tenant = Limit::new(Global, 1000);
    /// let request = Limit::new(&tenant, 100);
    /// assert_eq!(request.parent().limit(), 1000);
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns the number of bytes of all live blocks, and of requests that other threads are making.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Limit, collections::Box};
    ///
    /// let limit = Limit::new(Global, 1000);
    /// let boxed = Box::new_in([0_u8; 300], &limit);
    /// assert_eq!(limit.used(), 300);
    /// drop(boxed);
    /// assert_eq!(limit.used(), 0);
    /// ```
    #[must_use]
    pub fn used(&self) -> usize {
        self.quota.used.load(Ordering::Relaxed)
    }

    /// Returns how many bytes this limit leaves: `limit() - used()`, or 0 if more is in use. A limit above it may leave fewer.
    ///
    /// Another thread may use them before the caller does. The result of a request is what counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Limit, collections::Box};
    ///
    /// let limit = Limit::new(Global, 1000);
    /// let boxed = Box::new_in([0_u8; 300], &limit);
    /// assert_eq!(limit.remaining(), 700);
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.limit().saturating_sub(self.used())
    }

    /// Returns the largest value that [`used`](Self::used) has had. With several threads it may include requests that the parent
    /// refused in the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Limit, collections::Box};
    ///
    /// let limit = Limit::new(Global, 1000);
    /// drop(Box::new_in([0_u8; 300], &limit));
    /// drop(Box::new_in([0_u8; 200], &limit));
    /// assert_eq!((limit.used(), limit.peak()), (0, 300));
    /// ```
    #[must_use]
    pub fn peak(&self) -> usize {
        self.quota.peak.load(Ordering::Relaxed)
    }

    /// Returns the limit in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Limit, System};
    ///
    /// assert_eq!(Limit::new(System, 1000).limit(), 1000);
    /// ```
    #[must_use]
    pub fn limit(&self) -> usize {
        self.quota.limit.load(Ordering::Relaxed)
    }

    /// Sets the limit to `bytes`. If more is in use already, every request is refused until enough has been freed. A request that another
    /// thread is making meanwhile may still be measured by the old limit.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    /// use janus_alloc::{Global, Limit};
    ///
    /// let limit = Limit::new(Global, 1000);
    /// let boxed = Box::new_in([0_u8; 300], &limit);
    /// limit.set_limit(100);
    /// assert_eq!((limit.limit(), limit.remaining()), (100, 0));
    /// assert!(Box::try_new_in(1, &limit).is_err());
    /// drop(boxed);
    /// assert!(Box::try_new_in(1, &limit).is_ok());
    /// ```
    pub fn set_limit(&self, bytes: usize) {
        self.quota.limit.store(bytes, Ordering::Relaxed);
    }
}

impl<A: Allocator> Limit<A> {
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
    ) -> Result<NonNull<[u8]>, AllocError> {
        // By `# Safety` of this fn the new size is no smaller.
        let charge = self.quota.charge(new.size() - old.size())?;
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { contents.grow(&self.parent, block, old, new) };
        settle(charge, grown, new)
    }
}

/// Ends a request that was charged. The block is shortened to the requested size, because a free releases that size.
#[inline]
fn settle(
    charge: Charge<'_>,
    block: Result<NonNull<[u8]>, AllocError>,
    layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    let block = block?;
    charge.keep();
    Ok(shorten(block, layout))
}

// SAFETY: every call that the quota allows is forwarded to the parent, and a block is returned with its requested size, which fits it by
// rule 3. Counting neither unwinds nor allocates. No block lies in the quota, so the value may move.
unsafe impl<A: Allocator> Allocator for Limit<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let charge = self.quota.charge(layout.size())?;
        settle(charge, self.parent.allocate(layout), layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let charge = self.quota.charge(layout.size())?;
        settle(charge, self.parent.allocate_zeroed(layout), layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
        self.quota.release(layout.size());
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
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old_layout, new_layout) }?;
        // By `# Safety` of this fn the new size is no larger.
        self.quota.release(old_layout.size() - new_layout.size());
        Ok(shorten(shrunk, new_layout))
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator> StaticAllocator for Limit<A> {}
// SAFETY: counting neither allocates nor unwinds nor depends on an address; everything else is the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Limit<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for Limit<A> {}
impl<A: CallsMalloc> CallsMalloc for Limit<A> {}
// SAFETY: blocks are the parent's, only made to look shorter.
unsafe impl<A: WholePages> WholePages for Limit<A> {}
// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns> Owns for Limit<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

/// Frees every block of the parent, and charges nothing any more. The peak and the limit stay.
impl<A: Reset> Reset for Limit<A> {
    fn reset(&mut self) {
        self.parent.reset();
        self.quota.clear();
    }
}

impl<A: fmt::Debug> fmt::Debug for Limit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit")
            .field("used", &self.used())
            .field("peak", &self.peak())
            .field("limit", &self.limit())
            .field("parent", &self.parent)
            .finish()
    }
}
