//! Memory for collections that store their elements in one array.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::panic::UnwindSafe;
use core::ptr::NonNull;

use super::error::{OnFailure, TryReserveError};
use crate::api::Allocator;
use crate::api::contents::Contents;

/// A block for elements. It does not know which of them are initialised: its owner keeps track of that.
///
/// # Invariants
///
/// 1. If `T` is zero-sized or `capacity` is 0, there is no block, and `start` is dangling and aligned for `T`. So the
///    allocator never receives a layout of size 0.
/// 2. Otherwise `start` is a live block of `allocator` that the layout of `[T; capacity]` fits, of at most `isize::MAX`
///    bytes. Only the buffer frees it.
/// 3. If `T` is zero-sized, `capacity` is 0.
pub(crate) struct RawBuffer<T, A: Allocator> {
    start: NonNull<T>,
    /// In elements.
    capacity: usize,
    allocator: A,
    owned: PhantomData<T>,
}

// SAFETY: by invariant 2 the buffer owns the block, so sending it is sending its elements and its allocator.
unsafe impl<T: Send, A: Allocator + Send> Send for RawBuffer<T, A> {}
// SAFETY: a shared buffer gives access to a pointer and a shared allocator only; its owner hands out elements by its
// own rules.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for RawBuffer<T, A> {}
impl<T: UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for RawBuffer<T, A> {}

impl<T, A: Allocator> RawBuffer<T, A> {
    /// The least capacity of a first block, since a block of very few bytes costs as much as a somewhat larger one.
    const MIN_CAPACITY: usize = match size_of::<T>() {
        1 => 8,
        ..=1024 => 4,
        _ => 1,
    };

    #[inline]
    pub(crate) const fn new_in(allocator: A) -> Self {
        Self { start: NonNull::dangling(), capacity: 0, allocator, owned: PhantomData }
    }

    /// Allocates a buffer for exactly `capacity` elements.
    #[inline]
    #[track_caller]
    pub(crate) fn with_capacity_in<F: OnFailure>(
        capacity: usize,
        contents: Contents,
        allocator: A,
    ) -> Result<Self, F::Error> {
        let mut buffer = Self::new_in(allocator);
        if size_of::<T>() != 0 && capacity != 0 {
            let Ok(layout) = Layout::array::<T>(capacity) else {
                return Err(F::fail(TryReserveError::CAPACITY_OVERFLOW));
            };
            match contents.allocate(&buffer.allocator, layout) {
                Ok(block) => buffer.start = block.cast(),
                Err(_) => return Err(F::fail(TryReserveError::refused(layout))),
            }
            buffer.capacity = capacity;
        }
        Ok(buffer)
    }

    /// Creates a buffer from the parts that [`into_parts`](Self::into_parts) returns.
    ///
    /// # Safety
    ///
    /// 1. `start` is aligned for `T`.
    /// 2. Unless `T` is zero-sized or `capacity` is 0, `start` is a live block of `allocator` that the layout of
    ///    `[T; capacity]` fits, and nothing else frees it.
    #[inline]
    pub(crate) unsafe fn from_parts(start: NonNull<T>, capacity: usize, allocator: A) -> Self {
        let capacity = if size_of::<T>() == 0 { 0 } else { capacity };
        Self { start, capacity, allocator, owned: PhantomData }
    }

    #[inline]
    pub(crate) fn into_parts(self) -> (NonNull<T>, usize, A) {
        let this = core::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the allocator is moved out once.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.start, this.capacity(), allocator)
    }

    /// Returns the address of the first element. It is dangling if there is no block.
    #[inline]
    pub(crate) const fn start(&self) -> NonNull<T> {
        self.start
    }

    /// Returns the number of elements that fit, which is `usize::MAX` if they are zero-sized.
    #[inline]
    pub(crate) const fn capacity(&self) -> usize {
        if size_of::<T>() == 0 { usize::MAX } else { self.capacity }
    }

    #[inline]
    pub(crate) const fn allocator(&self) -> &A {
        &self.allocator
    }

    /// Returns whether `additional` elements do not fit after the first `length`, which is at most the capacity.
    #[inline]
    fn lacks(&self, length: usize, additional: usize) -> bool {
        additional > self.capacity().wrapping_sub(length)
    }

    /// Grows the capacity by at least one element.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn grow_one<F: OnFailure>(&mut self) -> Result<(), F::Error> {
        self.grow_amortised(self.capacity, 1).map_err(F::fail)
    }

    /// Makes room for `additional` elements after the first `length`. Grows by more than that, so that repeated calls
    /// cost little each.
    ///
    /// `length` is at most the capacity.
    #[inline]
    #[track_caller]
    pub(crate) fn reserve<F: OnFailure>(&mut self, length: usize, additional: usize) -> Result<(), F::Error> {
        #[cold]
        #[inline(never)]
        #[track_caller]
        fn grow<F: OnFailure, T, A: Allocator>(
            buffer: &mut RawBuffer<T, A>,
            length: usize,
            additional: usize,
        ) -> Result<(), F::Error> {
            buffer.grow_amortised(length, additional).map_err(F::fail)
        }

        if self.lacks(length, additional) {
            grow::<F, T, A>(self, length, additional)?;
        }
        // SAFETY: either there was enough room, or `grow` made it.
        unsafe { core::hint::assert_unchecked(!self.lacks(length, additional)) };
        Ok(())
    }

    /// Makes room for `additional` elements after the first `length`, and no more.
    ///
    /// `length` is at most the capacity.
    #[inline]
    #[track_caller]
    pub(crate) fn reserve_exact<F: OnFailure>(&mut self, length: usize, additional: usize) -> Result<(), F::Error> {
        if self.lacks(length, additional) {
            let Some(required) = length.checked_add(additional) else {
                return Err(F::fail(TryReserveError::CAPACITY_OVERFLOW));
            };
            // SAFETY: the room lacks, so `required` exceeds the capacity.
            unsafe { self.grow_to(required) }.map_err(F::fail)?;
        }
        Ok(())
    }

    #[inline]
    fn grow_amortised(&mut self, length: usize, additional: usize) -> Result<(), TryReserveError> {
        let required = length.checked_add(additional).ok_or(TryReserveError::CAPACITY_OVERFLOW)?;
        // By invariant 2 the capacity is at most `isize::MAX`, so doubling it does not overflow.
        let capacity = (self.capacity * 2).max(required).max(Self::MIN_CAPACITY);
        // SAFETY: it is at least twice the present capacity, and at least 1.
        unsafe { self.grow_to(capacity) }
    }

    /// Grows to `capacity`.
    ///
    /// # Safety
    ///
    /// `capacity` exceeds the present one.
    #[inline]
    unsafe fn grow_to(&mut self, capacity: usize) -> Result<(), TryReserveError> {
        // A buffer of zero-sized elements has the maximum capacity already.
        if size_of::<T>() == 0 {
            return Err(TryReserveError::CAPACITY_OVERFLOW);
        }
        let layout = Layout::array::<T>(capacity).map_err(|_| TryReserveError::CAPACITY_OVERFLOW)?;
        // SAFETY: by invariant 2 the block is live and fits its layout; `layout` is longer, since it is for more
        // elements by `# Safety` of this fn.
        let block = unsafe { grow(&self.allocator, self.block(), layout) };
        self.start = block.ok_or(TryReserveError::refused(layout))?.cast();
        self.capacity = capacity;
        Ok(())
    }

    /// Shrinks the capacity to `capacity` elements, if it is larger.
    #[track_caller]
    pub(crate) fn shrink<F: OnFailure>(&mut self, capacity: usize) -> Result<(), F::Error> {
        if capacity >= self.capacity {
            return Ok(());
        }
        // Always `Some`: the capacity is not 0, so by invariants 1 and 3 there is a block.
        let Some((block, old)) = self.block() else { return Ok(()) };
        if capacity == 0 {
            // SAFETY: by invariant 2; the next lines forget the block.
            unsafe { self.allocator.deallocate(block, old) };
            self.start = NonNull::dangling();
        } else {
            // SAFETY: the size is less than that of the block, so the product does not overflow, and the align is the
            // same.
            let new = unsafe { Layout::from_size_align_unchecked(capacity * size_of::<T>(), align_of::<T>()) };
            // SAFETY: by invariant 2 the block is live and fits `old`, which is longer than `new`.
            match unsafe { self.allocator.shrink(block, old, new) } {
                Ok(block) => self.start = block.cast(),
                Err(_) => return Err(F::fail(TryReserveError::refused(new))),
            }
        }
        self.capacity = capacity;
        Ok(())
    }

    /// Returns the block and its layout, if there is a block.
    #[inline]
    fn block(&self) -> Option<(NonNull<u8>, Layout)> {
        if size_of::<T>() == 0 || self.capacity == 0 {
            return None;
        }
        // SAFETY: by invariant 2 the product is at most `isize::MAX`.
        let size = unsafe { self.capacity.unchecked_mul(size_of::<T>()) };
        // SAFETY: the size is at most `isize::MAX`, as above, and the align of a type is a power of two.
        let layout = unsafe { Layout::from_size_align_unchecked(size, align_of::<T>()) };
        Some((self.start.cast(), layout))
    }
}

/// Allocates a block of layout `new`, or grows `old` to it. On `None` the old block is intact.
///
/// It does not depend on the type of the elements, so it is compiled once for each allocator.
///
/// # Safety
///
/// `old` is a live block of `allocator` with a layout that fits it, at most as long as `new`.
#[inline(never)]
unsafe fn grow<A: Allocator>(allocator: &A, old: Option<(NonNull<u8>, Layout)>, new: Layout) -> Option<NonNull<u8>> {
    let block = match old {
        // SAFETY: by `# Safety` of this fn.
        Some((block, layout)) => unsafe { allocator.grow(block, layout, new) },
        None => allocator.allocate(new),
    };
    block.ok().map(NonNull::cast)
}

impl<T, A: Allocator> Drop for RawBuffer<T, A> {
    #[inline]
    fn drop(&mut self) {
        if let Some((block, layout)) = self.block() {
            // SAFETY: by invariant 2, and the buffer is not used after this.
            unsafe { self.allocator.deallocate(block, layout) };
        }
    }
}
