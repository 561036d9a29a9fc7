//! Autoref specialisation: finds out what the allocator in a static implements.
//!
//! A method of [`TypeProbe`] itself is called where its bound holds. Else the compiler falls back to the method of the
//! same name of the trait [`ProbeFallback`].

use super::control::Control;
use super::fast_path::{FastPath, NoFastPath};
use crate::api::CallsMalloc;

/// Reports whether the allocator in a static implements [`CallsMalloc`], [`Control`] and, by reference, [`FastPath`].
#[derive(Debug)]
pub struct TypeProbe<A: 'static>(pub &'static A);

impl<A: CallsMalloc> TypeProbe<A> {
    /// Reports that `A` implements [`CallsMalloc`].
    pub fn calls_malloc(&self) -> DependsOnMalloc {
        DependsOnMalloc
    }
}

impl<A: Control> TypeProbe<A> {
    /// Returns the allocator as a [`Control`].
    #[inline(always)]
    pub fn control(&self) -> Option<&'static dyn Control> {
        Some(self.0)
    }
}

impl<A> TypeProbe<A>
where
    &'static A: FastPath,
{
    /// Returns the allocator as its own fast path.
    #[inline(always)]
    pub fn fast_path(&self) -> &'static A {
        self.0
    }
}

/// The answers of [`TypeProbe`] for an allocator that does not implement the trait in question.
pub trait ProbeFallback {
    /// Reports that the allocator is not known to call `malloc`.
    fn calls_malloc(&self) -> NoKnownDependency {
        NoKnownDependency
    }

    /// Returns a fast path that serves nothing.
    #[inline(always)]
    fn fast_path(&self) -> NoFastPath {
        NoFastPath
    }

    /// Returns `None`.
    fn control(&self) -> Option<&'static dyn Control> {
        None
    }
}

impl<A> ProbeFallback for TypeProbe<A> {}

/// The allocator implements [`CallsMalloc`].
#[derive(Debug)]
pub struct DependsOnMalloc;
/// The allocator does not implement [`CallsMalloc`].
#[derive(Debug)]
pub struct NoKnownDependency;

/// The answer to [`TypeProbe::calls_malloc`] that `export_malloc!` accepts.
#[diagnostic::on_unimplemented(
    message = "the allocator takes its memory from the C library's `malloc`, which `export_malloc!` replaces by the allocator",
    label = "it would call itself until the stack ends",
    note = "take memory from the operating system, as `SharedPool::new()` does: no `System` and no `Malloc`, however deep"
)]
pub trait MayReplaceMalloc {}

impl MayReplaceMalloc for NoKnownDependency {}

/// Compiles only for an answer that is [`MayReplaceMalloc`].
pub const fn require(_: &impl MayReplaceMalloc) {}
