//! The guards that return an arena to its pool.

use alloc::sync::Arc;
use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::returns::Returns;
use super::{ArenaPool, PooledArena};
use crate::api::{AllocError, Allocator, Layout, Owns};
use crate::arenas::TaskArena;

/// A borrowed arena of an [`ArenaPool`]. Dropping the guard resets the arena and returns it to the pool.
///
/// The guard dereferences to the arena, so `&*guard` is the allocator of a collection. A collection can also own the guard:
/// `Vec<T, ArenaGuard<'_>>`. The arena goes back to the pool with the collection then.
///
/// * **Cost**: see [`ArenaPool`]. The guard contains the arena and a pointer, so it can be moved at the cost of some words.
/// * **Threads**: `Send` if the arena is; `Sync` if the arena is both, as a `TaskArena` is.
/// * **Leaks**: an arena whose guard is leaked never goes back. The pool makes another one in its place.
/// * **Reset**: `guard.reset()` frees all blocks before the guard is dropped.
///
/// # Examples
///
/// ```
/// use janus_alloc::{ArenaPool, collections::Vec};
///
/// static ARENAS: ArenaPool = ArenaPool::new(8, 1 << 20);
///
/// let sum = {
///     let arena = ARENAS.get();
///     let mut numbers = Vec::new_in(&*arena);
///     numbers.extend(1..=100);
///     numbers.iter().sum::<i32>()
/// };
/// assert_eq!((sum, ARENAS.idle()), (5050, 1));
/// ```
///
/// A block cannot outlive the guard:
///
/// ```compile_fail,E0597
/// # use janus_alloc::{ArenaPool, collections::Vec};
/// # static ARENAS: ArenaPool = ArenaPool::new(8, 1 << 20);
/// let numbers = {
///     let arena = ARENAS.get();
///     Vec::<u8, _>::new_in(&*arena)
/// };
/// drop(numbers);
/// ```
#[must_use = "dropping the guard returns the arena at once"]
pub struct ArenaGuard<'p, T: PooledArena = TaskArena> {
    arena: ManuallyDrop<T>,
    pool: &'p Returns<T>,
}

/// An arena of an [`ArenaPool`] in an [`Arc`], for a task that outlives the function that starts it. Dropping the guard resets the arena
/// and returns it to the pool. Otherwise it is like an [`ArenaGuard`].
///
/// The pool lives at least as long as each of these guards.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use janus_alloc::{ArenaPool, collections::Vec};
///
/// let pool = Arc::new(ArenaPool::new(8, 1 << 20));
/// let arena = pool.get_owned();
/// let task = std::thread::spawn(move || {
///     let mut numbers = Vec::new_in(&*arena);
///     numbers.extend(1..=100);
///     numbers.iter().sum::<i32>()
/// });
/// assert_eq!(task.join().unwrap(), 5050);
/// assert_eq!(pool.idle(), 1);
///
/// // A result that owns its arena, which goes back to the pool with it.
/// let mut words = Vec::new_in(pool.get_owned());
/// words.push("kept");
/// drop(pool);
/// assert_eq!(words, ["kept"]);
/// ```
#[must_use = "dropping the guard returns the arena at once"]
pub struct OwnedArenaGuard<T: PooledArena = TaskArena, F: Fn() -> T = fn() -> T> {
    arena: ManuallyDrop<T>,
    pool: Arc<ArenaPool<T, F>>,
}

impl<T: PooledArena, F: Fn() -> T> ArenaPool<T, F> {
    /// Returns an idle arena, or a new one, in a guard that borrows the pool.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ArenaPool, collections::Vec};
    ///
    /// static ARENAS: ArenaPool = ArenaPool::new(8, 1 << 20);
    ///
    /// let arena = ARENAS.get();
    /// let mut numbers = Vec::new_in(&*arena);
    /// numbers.extend(1..=3);
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[inline]
    pub fn get(&self) -> ArenaGuard<'_, T> {
        ArenaGuard { arena: ManuallyDrop::new(self.take()), pool: self.returns() }
    }

    /// Returns an arena like [`get`](Self::get), in a guard without a lifetime: it owns a reference count of the pool.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use janus_alloc::{ArenaPool, collections::Box};
    ///
    /// let pool = Arc::new(ArenaPool::new(8, 1 << 20));
    /// let arena = pool.get_owned();
    /// let task = std::thread::spawn(move || *Box::new_in(7, &*arena));
    /// assert_eq!(task.join().unwrap(), 7);
    /// ```
    #[inline]
    pub fn get_owned(self: &Arc<Self>) -> OwnedArenaGuard<T, F> {
        OwnedArenaGuard { arena: ManuallyDrop::new(self.take()), pool: Arc::clone(self) }
    }
}

impl<T: PooledArena> ArenaGuard<'_, T> {
    fn returns(&self) -> &Returns<T> {
        self.pool
    }
}

impl<T: PooledArena, F: Fn() -> T> OwnedArenaGuard<T, F> {
    fn returns(&self) -> &Returns<T> {
        self.pool.returns()
    }
}

/// Implements the traits that both guards have.
macro_rules! guard {
    ($guard:ident, [$($parameters:tt)*], $type:ty) => {
        impl<$($parameters)*> Deref for $type {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.arena
            }
        }

        impl<$($parameters)*> DerefMut for $type {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.arena
            }
        }

        impl<$($parameters)*> Drop for $type {
            fn drop(&mut self) {
                // SAFETY: the arena is not used again.
                let arena = unsafe { ManuallyDrop::take(&mut self.arena) };
                self.returns().put(arena);
            }
        }

        // SAFETY: the blocks are those of the arena, which is an allocator by value and is dropped or reset with the guard. `&mut` of the
        // guard gives `&mut` of the arena, which ends its blocks (rule 9).
        unsafe impl<$($parameters)*> Allocator for $type {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                self.arena.allocate(layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                self.arena.allocate_zeroed(layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn; the block is one of the arena's.
                unsafe { self.arena.deallocate(block, layout) };
            }

            #[inline]
            unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the arena's.
                unsafe { self.arena.grow(block, old, new) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the arena's.
                unsafe { self.arena.grow_zeroed(block, old, new) }
            }

            #[inline]
            unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the arena's.
                unsafe { self.arena.shrink(block, old, new) }
            }
        }

        // SAFETY: the blocks are those of the arena.
        unsafe impl<$($parameters)*> Owns for $type
        where
            T: Owns,
        {
            #[inline]
            fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
                Owns::owns(&*self.arena, block, layout)
            }
        }

        impl<$($parameters)*> fmt::Debug for $type
        where
            T: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($guard)).field(&*self.arena).finish()
            }
        }
    };
}

guard!(ArenaGuard, [T: PooledArena], ArenaGuard<'_, T>);
guard!(OwnedArenaGuard, [T: PooledArena, F: Fn() -> T], OwnedArenaGuard<T, F>);
