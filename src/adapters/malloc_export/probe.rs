//! Asks what the allocator in a static can do. A method by itself answers if it can, that of [`Otherwise`] if not.

use super::at_hand::{AtHand, Nothing};
use super::control::Control;
use crate::api::CallsMalloc;

/// Asks of the allocator in a static whether it is known to call `malloc`, whether it has a [`Control`], and what it has at hand.
#[derive(Debug)]
pub struct Asked<A: 'static>(pub &'static A);

impl<A: CallsMalloc> Asked<A> {
    /// It is.
    pub fn calls_malloc(&self) -> Calls {
        Calls
    }
}

impl<A: Control> Asked<A> {
    /// It has one.
    #[inline(always)]
    pub fn control(&self) -> Option<&'static dyn Control> {
        Some(self.0)
    }
}

impl<A> Asked<A>
where
    &'static A: AtHand,
{
    /// It is itself.
    #[inline(always)]
    pub fn at_hand(&self) -> &'static A {
        self.0
    }
}

/// See [`Asked`].
pub trait Otherwise {
    /// It is not.
    fn calls_malloc(&self) -> DoesNot {
        DoesNot
    }

    /// Nothing.
    #[inline(always)]
    fn at_hand(&self) -> Nothing {
        Nothing
    }

    /// It has none.
    fn control(&self) -> Option<&'static dyn Control> {
        None
    }
}

impl<A> Otherwise for Asked<A> {}

/// An answer to [`Asked`].
#[derive(Debug)]
pub struct Calls;
/// An answer to [`Asked`].
#[derive(Debug)]
pub struct DoesNot;

/// The answer that lets `export_malloc!` go on.
#[diagnostic::on_unimplemented(
    message = "the allocator takes its memory from the C library's `malloc`, which `export_malloc!` replaces by the allocator",
    label = "it would call itself until the stack ends",
    note = "take memory from the operating system, as `SharedPool::new()` does: no `System` and no `Malloc`, however deep"
)]
pub trait MayBeMalloc {}

impl MayBeMalloc for DoesNot {}

/// See [`MayBeMalloc`].
pub const fn require(_: &impl MayBeMalloc) {}
