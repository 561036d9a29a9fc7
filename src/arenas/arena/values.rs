//! Values.

use core::mem::{self, MaybeUninit, needs_drop};
use core::ptr::NonNull;

use super::Arena;
use super::failure::or_end;
use crate::api::{AllocError, Allocator, Layout};

/// A compile error for a type that may not stay in an arena without anybody who drops it.
///
/// Stable Rust has no bound for such types, only the constant `needs_drop`: so the compiler asks when it generates code, and
/// `cargo check` does not. In a `const` block of each method that users call, so that each has an error of its own, and the
/// compiler's note with "while instantiating" has the user's line.
// The compiler leaves functions that track their caller out of its spans: the first is not in std.
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

/// A block that goes back if nothing is put into it.
struct Unfilled<'a, A: Allocator, const MIN_ALIGN: usize> {
    arena: &'a Arena<A, MIN_ALIGN>,
    block: NonNull<u8>,
    layout: Layout,
}

impl<'a, A: Allocator, const MIN_ALIGN: usize> Unfilled<'a, A, MIN_ALIGN> {
    #[inline(always)]
    fn new(arena: &'a Arena<A, MIN_ALIGN>, layout: Layout) -> Result<Self, AllocError> {
        Ok(Self { arena, block: arena.take(layout)?, layout })
    }

    /// Something is in the block: it stays.
    #[inline(always)]
    fn keep(self) {
        mem::forget(self);
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> Drop for Unfilled<'_, A, MIN_ALIGN> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the block was allocated with that layout, and nobody else has it: it is not used again.
        unsafe { self.arena.deallocate(self.block, self.layout) };
    }
}

#[expect(clippy::mut_from_ref, reason = "each call returns another block")]
impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Moves `value` into the arena.
    ///
    /// A type that needs `Drop` is a compile error, since nobody would drop it: `Box::new_in(value, &arena)` drops it with
    /// the box, [`alloc_leak`](Self::alloc_leak) never. The compiler finds it when it generates code: `cargo build` and
    /// `cargo test` report it, `cargo check` does not. Its note with "while instantiating" has the line.
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
        or_end(self.try_alloc_leak(value), Layout::new::<T>)
    }

    /// As [`alloc`](Self::alloc).
    ///
    /// # Errors
    ///
    /// The parent has no memory. The value is gone.
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

    /// Moves `value` into the arena and never drops it, not even if its type needs `Drop`: what it owns outside of the arena
    /// leaks.
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
        or_end(self.try_alloc_leak(value), Layout::new::<T>)
    }

    /// As [`alloc_leak`](Self::alloc_leak).
    ///
    /// # Errors
    ///
    /// The parent has no memory. The value is dropped.
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

    /// Calls `value` and puts what it returns into the arena: built there, as far as the compiler can, and not moved.
    /// For large values.
    ///
    /// If `value` panics, the bytes are free again, unless it has itself allocated here.
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
        or_end(self.value_of(value), Layout::new::<T>)
    }

    /// As [`alloc_with`](Self::alloc_with).
    ///
    /// # Errors
    ///
    /// The parent has no memory. `value` is not called.
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
        self.value_of(value)
    }

    #[inline]
    fn value_of<T>(&self, value: impl FnOnce() -> T) -> Result<&mut T, AllocError> {
        let place = Unfilled::new(self, Layout::new::<T>())?;
        let mut block = place.block.cast::<T>();
        // SAFETY: the block is aligned and large enough, and nobody else's.
        unsafe { block.write(value()) };
        place.keep();
        // SAFETY: the block is initialised now, nobody else's, and lives as long as the arena is borrowed.
        Ok(unsafe { block.as_mut() })
    }

    /// Calls `value` and puts what it returns into the arena, if that is `Ok`. Built in the arena as by
    /// [`alloc_with`](Self::alloc_with), for which the whole `Result` has its place there.
    ///
    /// If `value` fails or panics, the bytes are free again, unless it has itself allocated here: then all of it stays.
    ///
    /// # Errors
    ///
    /// That of `value`.
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
        or_end(self.value_if_ok(value), Layout::new::<Result<T, E>>)
    }

    /// As [`alloc_try_with`](Self::alloc_try_with).
    ///
    /// # Errors
    ///
    /// The outer one: the parent has no memory, and `value` was not called. The inner one is that of `value`.
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
        self.value_if_ok(value)
    }

    #[inline]
    fn value_if_ok<T, E>(&self, value: impl FnOnce() -> Result<T, E>) -> Result<Result<&mut T, E>, AllocError> {
        let place = Unfilled::new(self, Layout::new::<Result<T, E>>())?;
        let mut block = place.block.cast::<Result<T, E>>();
        // SAFETY: the block is aligned and large enough, and nobody else's.
        unsafe { block.write(value()) };
        // SAFETY: it is initialised now.
        let error = match unsafe { block.as_mut() } {
            Ok(value) => {
                let mut value = NonNull::from(value);
                place.keep();
                // SAFETY: the value lives as long as the arena is borrowed.
                return Ok(Ok(unsafe { value.as_mut() }));
            }
            Err(error) => NonNull::from(error),
        };
        // SAFETY: it is not used in its place again, which goes back.
        Ok(Err(unsafe { error.read() }))
    }

    /// A place for a `T`, to be written later.
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
        or_end(self.try_alloc_uninit(), Layout::new::<T>)
    }

    /// As [`alloc_uninit`](Self::alloc_uninit).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
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
        let block = self.take(Layout::new::<T>())?;
        // SAFETY: the block is aligned and large enough, nobody else's, and lives as long as the arena is borrowed.
        Ok(unsafe { block.cast().as_mut() })
    }

    /// A block of `layout`, not initialised. It lives until the arena is reset or dropped, whatever is done with the pointer.
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
        or_end(self.try_alloc_layout(layout), || layout)
    }

    /// As [`alloc_layout`](Self::alloc_layout).
    ///
    /// # Errors
    ///
    /// The parent has no memory, or the layout is too large with an arena's overhead added.
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
        self.take(layout)
    }
}
