//! The arenas that a pool can keep.

use crate::api::Allocator;
use crate::arenas::{Arena, TaskArena};

/// An arena that an [`ArenaPool`](super::ArenaPool) can keep: a [`TaskArena`] or an [`Arena`], over any parent.
///
/// The trait is sealed: no other crate can implement it.
///
/// # Examples
///
/// ```
/// use janus_alloc::arenas::{ArenaPool, PooledArena};
///
/// fn serve<T: PooledArena>(pool: &ArenaPool<T, impl Fn() -> T>) {
///     let arena = pool.get();
///     // ...
/// #   drop(arena);
/// }
/// serve(&ArenaPool::new(8, 1 << 20));
/// ```
#[diagnostic::on_unimplemented(
    message = "an `ArenaPool` does not keep `{Self}`",
    label = "not a `PooledArena`",
    note = "it keeps `TaskArena` and `Arena`, over any parent"
)]
pub trait PooledArena: Allocator + sealed::Sealed {}

impl<A: Allocator> PooledArena for TaskArena<A> {}
impl<A: Allocator, const MIN_ALIGN: usize> PooledArena for Arena<A, MIN_ALIGN> {}

mod sealed {
    use super::{Allocator, Arena, TaskArena};

    pub trait Sealed {
        fn reset_keep_at_most(&mut self, max_bytes: usize);
        fn has_memory(&self) -> bool;
    }

    impl<A: Allocator> Sealed for TaskArena<A> {
        fn reset_keep_at_most(&mut self, max_bytes: usize) {
            self.reset_keep_at_most(max_bytes);
        }

        fn has_memory(&self) -> bool {
            self.has_memory()
        }
    }

    impl<A: Allocator, const MIN_ALIGN: usize> Sealed for Arena<A, MIN_ALIGN> {
        fn reset_keep_at_most(&mut self, max_bytes: usize) {
            self.reset_keep_at_most(max_bytes);
        }

        fn has_memory(&self) -> bool {
            self.has_memory()
        }
    }
}
