//! Methods of `Arena` that place single values.

use core::mem::{self, MaybeUninit, needs_drop};
use core::ptr::NonNull;

use super::Arena;
use super::failure::unwrap_or_abort;
use crate::api::{AllocError, Allocator, Layout};

/// Rejects a type that needs `Drop` by a compile error, because an arena does not drop its values.
///
/// Stable Rust has no bound for such types, only the constant `needs_drop`. The compiler evaluates it when it generates code, so
/// `cargo check` does not find the error. Each method that users call has this in a `const` block of its own, so that the note
/// with "while instantiating" shows the user's line.
// `track_caller` keeps the first span of the error out of std.
#[track_caller]
pub(super) const fn require_no_drop<T>() {
    if needs_drop::<T>() {
        panic!(
            "an arena drops nothing, and this type needs `Drop`. Use `Box::new_in(value, &arena)` to drop it with the box, \
             `Vec::new_in(&arena)` for many, or `arena.alloc_leak(value)` to never drop it. \
             Your line is in the note with `while instantiating`"
        )
    }
}

/// A block that is freed on drop, unless [`keep`](Self::keep) is called.
struct UnfilledBlock<'a, A: Allocator, const MIN_ALIGN: usize> {
    arena: &'a Arena<A, MIN_ALIGN>,
    block: NonNull<u8>,
    layout: Layout,
}

impl<'a, A: Allocator, const MIN_ALIGN: usize> UnfilledBlock<'a, A, MIN_ALIGN> {
    #[inline(always)]
    fn new(arena: &'a Arena<A, MIN_ALIGN>, layout: Layout) -> Result<Self, AllocError> {
        Ok(Self { arena, block: arena.allocate_block(layout)?, layout })
    }

    /// Keeps the block, which has a value now.
    #[inline(always)]
    fn keep(self) {
        mem::forget(self);
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> Drop for UnfilledBlock<'_, A, MIN_ALIGN> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the block was allocated with this layout. Nothing else has it, so it is not used again.
        unsafe { self.arena.deallocate(self.block, self.layout) };
    }
}

#[expect(clippy::mut_from_ref, reason = "each call returns another block")]
impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Moves `value` into the arena.
    ///
    /// A type that needs `Drop` is a compile error, because the arena would not drop the value. Use `Box::new_in(value, &arena)` to
    /// drop it with the box, or [`alloc_leak`](Self::alloc_leak) to never drop it. The compiler reports the error when it generates
    /// code: `cargo build` and `cargo test` show it, `cargo check` does not. The note with "while instantiating" has the line.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let point = arena.alloc((1.5, 2.5));
    /// point.0 += 1.0;
    /// assert_eq!(*point, (2.5, 2.5));
    /// ```
    ///
    /// ```compile_fail
    /// let arena = janus_alloc::Arena::new();
    /// arena.alloc(String::from("would leak"));
    /// ```
    #[inline]
    pub fn alloc<T>(&self, value: T) -> &mut T {
        const { require_no_drop::<T>() };
        unwrap_or_abort(self.try_alloc_leak(value), Layout::new::<T>)
    }

    /// Moves a value into the arena like [`alloc`](Self::alloc), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory. The value is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc(1).is_err());
    /// ```
    #[inline]
    pub fn try_alloc<T>(&self, value: T) -> Result<&mut T, AllocError> {
        const { require_no_drop::<T>() };
        self.try_alloc_leak(value)
    }

    /// Moves `value` into the arena and never drops it. If its type needs `Drop`, whatever it owns outside the arena leaks.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let name = arena.alloc_leak(String::from("for good"));
    /// name.push('!');
    /// # unsafe { std::ptr::drop_in_place(name) };
    /// ```
    #[inline]
    pub fn alloc_leak<T>(&self, value: T) -> &mut T {
        unwrap_or_abort(self.try_alloc_leak(value), Layout::new::<T>)
    }

    /// Moves a value into the arena like [`alloc_leak`](Self::alloc_leak), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory. The value is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_leak(String::from("dropped")).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_leak<T>(&self, value: T) -> Result<&mut T, AllocError> {
        self.try_alloc_uninit().map(|place| place.write(value))
    }

    /// Calls `value` and stores the result in the arena. The compiler can build it there without a move, so use this for large
    /// values.
    ///
    /// If `value` panics, the bytes are freed, unless it has itself allocated in this arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let table = arena.alloc_with(|| [0_u8; 1 << 20]);
    /// table[77] = 1;
    /// ```
    #[inline]
    pub fn alloc_with<T>(&self, value: impl FnOnce() -> T) -> &mut T {
        const { require_no_drop::<T>() };
        unwrap_or_abort(self.store_result(value), Layout::new::<T>)
    }

    /// Allocates a value like [`alloc_with`](Self::alloc_with), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory. `value` is not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_with(|| -> u8 { unreachable!() }).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_with<T>(&self, value: impl FnOnce() -> T) -> Result<&mut T, AllocError> {
        const { require_no_drop::<T>() };
        self.store_result(value)
    }

    #[inline]
    fn store_result<T>(&self, value: impl FnOnce() -> T) -> Result<&mut T, AllocError> {
        let place = UnfilledBlock::new(self, Layout::new::<T>())?;
        let mut block = place.block.cast::<T>();
        // SAFETY: the block is aligned and large enough, and nothing else uses it.
        unsafe { block.write(value()) };
        place.keep();
        // SAFETY: the block is initialised now. Nothing else uses it, and it stays valid as long as the arena is borrowed.
        Ok(unsafe { block.as_mut() })
    }

    /// Calls `value` and stores the result in the arena if it is `Ok`. As with [`alloc_with`](Self::alloc_with), the compiler can build
    /// it there; the block has room for the whole `Result`.
    ///
    /// If `value` fails or panics, the bytes are freed, unless it has itself allocated in this arena.
    ///
    /// # Errors
    ///
    /// Returns the error of `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let port = arena.alloc_try_with(|| "8080".parse::<u16>())?;
    /// assert!(arena.alloc_try_with(|| "http".parse::<u16>()).is_err());
    /// assert_eq!((*port, arena.allocated_bytes()), (8080, 8));
    /// # Ok::<(), std::num::ParseIntError>(())
    /// ```
    #[inline]
    pub fn alloc_try_with<T, E>(&self, value: impl FnOnce() -> Result<T, E>) -> Result<&mut T, E> {
        const { require_no_drop::<T>() };
        unwrap_or_abort(self.store_if_ok(value), Layout::new::<Result<T, E>>)
    }

    /// Allocates a value like [`alloc_try_with`](Self::alloc_try_with), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// The outer error means that the parent has no memory; `value` was not called. The inner error is that of `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_try_with(|| "1".parse::<u8>()).is_err());
    /// assert!(matches!(Arena::new().try_alloc_try_with(|| "one".parse::<u8>()), Ok(Err(_))));
    /// ```
    #[inline]
    pub fn try_alloc_try_with<T, E>(
        &self,
        value: impl FnOnce() -> Result<T, E>,
    ) -> Result<Result<&mut T, E>, AllocError> {
        const { require_no_drop::<T>() };
        self.store_if_ok(value)
    }

    #[inline]
    fn store_if_ok<T, E>(&self, value: impl FnOnce() -> Result<T, E>) -> Result<Result<&mut T, E>, AllocError> {
        let place = UnfilledBlock::new(self, Layout::new::<Result<T, E>>())?;
        let mut block = place.block.cast::<Result<T, E>>();
        // SAFETY: the block is aligned and large enough, and nothing else uses it.
        unsafe { block.write(value()) };
        // SAFETY: the block is initialised now, and nothing else uses it.
        let error = match unsafe { block.as_mut() } {
            Ok(value) => {
                let mut value = NonNull::from(value);
                place.keep();
                // SAFETY: the value is a part of the block, which nothing else uses and which stays valid as long as the arena is
                // borrowed.
                return Ok(Ok(unsafe { value.as_mut() }));
            }
            Err(error) => NonNull::from(error),
        };
        // SAFETY: the error is initialised. Its place is not read again: `place` frees it.
        Ok(Err(unsafe { error.read() }))
    }

    /// Creates an uninitialised place for a `T`, to be written later.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let place = arena.alloc_uninit::<u64>();
    /// assert_eq!(*place.write(7), 7);
    /// ```
    #[inline]
    pub fn alloc_uninit<T>(&self) -> &mut MaybeUninit<T> {
        unwrap_or_abort(self.try_alloc_uninit(), Layout::new::<T>)
    }

    /// Allocates room for a `T` like [`alloc_uninit`](Self::alloc_uninit), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_uninit::<u64>().is_err());
    /// ```
    #[inline]
    pub fn try_alloc_uninit<T>(&self) -> Result<&mut MaybeUninit<T>, AllocError> {
        let block = self.allocate_block(Layout::new::<T>())?;
        // SAFETY: the block is aligned and large enough. Nothing else uses it, and it stays valid as long as the arena is borrowed.
        Ok(unsafe { block.cast().as_mut() })
    }

    /// Allocates an uninitialised block of `layout`. It stays valid until the arena is reset or dropped, unless unsafe code frees it
    /// earlier.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, api::Layout};
    ///
    /// let arena = Arena::new();
    /// let page = arena.alloc_layout(Layout::from_size_align(4096, 4096)?);
    /// assert_eq!(page.addr().get() % 4096, 0);
    /// # Ok::<(), janus_alloc::api::LayoutError>(())
    /// ```
    #[inline]
    pub fn alloc_layout(&self, layout: Layout) -> NonNull<u8> {
        unwrap_or_abort(self.try_alloc_layout(layout), || layout)
    }

    /// Allocates a block like [`alloc_layout`](Self::alloc_layout), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory, or if the layout is too large for a chunk.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, api::Layout};
    ///
    /// let all = Layout::from_size_align(isize::MAX as usize, 1)?;
    /// assert!(Arena::new().try_alloc_layout(all).is_err());
    /// # Ok::<(), janus_alloc::api::LayoutError>(())
    /// ```
    #[inline]
    pub fn try_alloc_layout(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.allocate_block(layout)
    }
}
