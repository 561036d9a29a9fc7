//! Finds out whether a type parameter is a [`WholePages`], where the bound is only `Allocator`.
//!
//! `SharedPool::new_in` takes every allocator, so it cannot have the bound. A constant with a default value cannot be added to
//! `Allocator`, which is another crate's trait, and stable Rust has no specialisation of its own. An inherent `new_in` for
//! `SharedPool<A: WholePages>` beside the general one overlaps with it, and autoref specialisation finds a trait of a concrete
//! type only, not of a parameter.
//!
//! But std specialises, and says so: [`FusedIterator`] promises that [`Iterator::fuse`] of a type with that trait is "a no-op". A
//! wrapper that is not a no-op does not call `next` again after the first `None`. So an iterator that counts the calls of `next` and
//! always returns `None` tells whether it is a `FusedIterator`, and this one is if and only if `A` is a `WholePages`.
//!
//! * It is sound whatever std does: the answer is `true` only where std has proved the bound, apart from lifetimes, which std's
//!   specialisation ignores and (4) of `WholePages` therefore excludes.
//! * If a future std no longer specialised, the answer would be `false` for all types, as for an unknown allocator. The tests below
//!   would then fail.
//! * It costs nothing: the optimiser reduces it to a constant. It is no `const fn`, because trait methods are not `const`.

use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::{Allocator, WholePages};

/// An iterator without items that counts the calls of `next`.
struct CountCalls<'a, A> {
    calls: &'a mut usize,
    allocator: PhantomData<fn() -> A>,
}

impl<A> Iterator for CountCalls<'_, A> {
    type Item = ();

    fn next(&mut self) -> Option<()> {
        *self.calls += 1;
        None
    }
}

impl<A: WholePages> FusedIterator for CountCalls<'_, A> {}

/// Returns whether `A` implements [`WholePages`].
#[inline]
pub(crate) fn is_whole_pages<A: Allocator>() -> bool {
    let mut calls = 0;
    let mut items = CountCalls::<A> { calls: &mut calls, allocator: PhantomData }.fuse();
    let _ = (items.next(), items.next());
    calls == 2
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::is_whole_pages;
    use crate::api::{Allocator, System};
    use crate::blocks::{Aligned, Failing, Fallback, Limit, Locked, Segregate, Stats, Zeroizing};
    use crate::collections::Arc;
    use crate::{Arena, AsGlobal, Null, Pages, SharedPool};

    /// Asks where only `Allocator` is known, as a pool does.
    fn of<A: Allocator>(_: &A) -> bool {
        is_whole_pages::<A>()
    }

    #[test]
    fn pages_and_what_forwards_to_them() {
        static PAGES: AsGlobal<Pages> = AsGlobal::new(Pages::new());
        let pages = Pages::new();
        assert!(of(&pages) && of(&&pages) && of(&&PAGES) && of(&Arc::new(pages)));
        assert!(of(&Stats::new(pages)) && of(&&Stats::new(&pages)));
        assert!(of(&Zeroizing::new(Aligned::<64, _>::new(Stats::new(pages)))));
        assert!(of(&Limit::new(pages, 1 << 20)) && of(&Failing::nth(pages, 3)) && of(&Locked::new(pages)));
        assert!(of(&Segregate::<4096, _, _>::new(Stats::new(pages), pages)));
        assert!(of(&Segregate::<4096, _, _>::new(pages, Zeroizing::new(pages))));
    }

    #[test]
    fn no_others() {
        let pages = Pages::new();
        assert!(!of(&System) && !of(&Null) && !of(&&System) && !of(&Stats::new(System)));
        assert!(!of(&Arena::new_in(pages)) && !of(&SharedPool::new()) && !of(&Arc::new(System)));
        assert!(!of(&Limit::new(System, 1 << 20)) && !of(&Failing::nth(System, 3)) && !of(&Locked::new(System)));
        assert!(!of(&Segregate::<4096, _, _>::new(System, pages)) && !of(&Segregate::<4096, _, _>::new(pages, System)));
        assert!(!of(&Fallback::new(Arena::new(), pages)));
        // Not known.
        let erased: &dyn Allocator = &pages;
        assert!(!of(&erased));
    }
}
