//! Marker traits: promises without methods. std has three of them behind the unstable feature `allocator_ext`; these take their place
//! until std's are stable. [`IndependentAllocator`] is this crate's own.

use super::Allocator;
#[cfg(feature = "alloc")]
use super::Global;
#[cfg(feature = "std")]
use super::System;

/// An allocator whose blocks stay valid after it is dropped and after every lifetime in its type has ended.
///
/// A value in such a block can be pinned, because only `deallocate` frees the block: dropping the allocator does not.
///
/// # Safety
///
/// 1. A block stays valid until it is deallocated, grown or shrunk, even if the allocator, its clones and all references to
///    it are moved, dropped or forgotten, or their lifetimes end.
/// 2. The same holds for every type this type can be coerced to by subtyping. A type that is covariant in a lifetime
///    must therefore not implement this trait for `'static` alone
///    ([rust#157089](https://github.com/rust-lang/rust/issues/157089)).
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, api::StaticAllocator, collections::Box};
/// use std::pin::Pin;
///
/// /// Pins `value` in memory that stays valid until the value is dropped.
/// fn pinned<T, A: StaticAllocator + 'static>(value: T, allocator: A) -> Pin<Box<T, A>> {
///     Box::pin_in(value, allocator)
/// }
/// assert_eq!(*pinned(7, Global), 7);
/// ```
#[diagnostic::on_unimplemented(
    message = "the memory of `{Self}` may be freed before its blocks are",
    label = "not a `StaticAllocator`",
    note = "use an allocator that outlives everything: `Global`, `System`, `Malloc`, `Pages`, or `&DEFAULT` where `DEFAULT` is a static `AsGlobal`",
    note = "a wrapper is a `StaticAllocator` only if everything it wraps is"
)]
pub unsafe trait StaticAllocator: Allocator {}

/// An allocator whose clones are interchangeable: each can free, grow and shrink the blocks of the others.
///
/// # Safety
///
/// 1. A block allocated by one clone may be passed to any method of another.
/// 2. Blocks stay valid as long as one clone exists.
/// 3. `clone` does not unwind.
///
/// # Examples
///
/// ```
/// use janus_alloc::api::{Allocator, AllocatorClone, Layout, AllocError};
///
/// fn clones_free_each_other<A: AllocatorClone>(allocator: A) -> Result<(), AllocError> {
///     let layout = Layout::new::<u64>();
///     let block = allocator.allocate(layout)?;
///     // SAFETY: the block is live, and a clone may free it.
///     unsafe { allocator.clone().deallocate(block.cast(), layout) };
///     Ok(())
/// }
/// assert!(clones_free_each_other(janus_alloc::Global).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "clones of `{Self}` are not known to free each other's blocks",
    label = "not an `AllocatorClone`",
    note = "pass the allocator by reference: `&A` is an `AllocatorClone` for every `A: Allocator`"
)]
pub unsafe trait AllocatorClone: Allocator + Clone {}

/// An allocator that may stand behind `#[global_allocator]`, wrapped in [`AsGlobal`](crate::AsGlobal), because it never
/// allocates from the registered default while it serves a request.
///
/// [`System`](crate::System), [`Malloc`](crate::Malloc), [`Pages`](crate::Pages) and [`Null`](crate::Null) implement this trait.
/// [`Global`](crate::Global) does **not**: it forwards to the registered default, so a default built on it would call itself
/// until the stack overflows. A wrapper implements the trait only if everything it wraps does, so this mistake is a compile
/// error however deeply `Global` is nested.
///
/// The trait is not `dyn`-compatible, because through a `dyn` reference a static could be made to refer to itself.
///
/// # Safety
///
/// 1. No method allocates from the registered default, directly or indirectly. The hook of a [`Trace`](crate::Trace) may, since
///    no hook runs for what it allocates. So a wrapper is in a consistent state when it calls its parent.
/// 2. No method unwinds, and none relies on the value staying at its address.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, Stats, System};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
///
/// let boxed = Box::new(1_u64);
/// assert!(DEFAULT.snapshot().live_bytes >= 8);
/// # drop(boxed);
/// ```
///
/// ```compile_fail,E0277
/// use janus_alloc::{AsGlobal, Global};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Global> = AsGlobal::new(Global);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `GlobalAllocator`: nothing promises that it may stand behind `#[global_allocator]`",
    label = "not a `GlobalAllocator`",
    note = "`Global` forwards to the registered default; building the default on it would recurse: use `System` or `Pages`",
    note = "wrap a `GlobalAlloc` of another crate, such as mimalloc, first: `AsAllocator::new(MiMalloc)`, or `AsAllocatorRef::new(&STATIC)` if its size is not 0",
    note = "a wrapper is a `GlobalAllocator` only if everything it wraps is",
    note = "the default is shared by all threads for the life of the process, so it must also be `Sync` and `'static`: put an allocator for one thread, such as a `Pool<Pages>`, in a `Locked`"
)]
pub unsafe trait GlobalAllocator: Allocator + Sized + Sync + 'static {}

/// An allocator that never allocates from the registered default, whether or not threads can share it.
///
/// A [`GlobalAllocator`] must also be `Sync`. A [`Pool`](crate::Pool) or an [`Arena`](crate::Arena) is not, and a
/// [`Locked`](crate::Locked) makes it so. This trait says that the `Locked` may then stand behind `#[global_allocator]`:
/// `Pool<Pages>` is an `IndependentAllocator`, `Pool<Global>` is not.
///
/// The trait is not `dyn`-compatible, for the same reason as [`GlobalAllocator`]. It is no supertrait of that, so a type of yours
/// that is both implements both.
///
/// # Safety
///
/// 1. No method allocates from the registered default, directly or indirectly.
/// 2. No method unwinds, and none relies on the value staying at its address.
///
/// # Examples
///
/// ```
/// # #[cfg(any(unix, windows))] {
/// use janus_alloc::{Pages, Pool, Stats, api::IndependentAllocator};
///
/// fn require<A: IndependentAllocator>(_: &A) {}
/// require(&Stats::new(Pool::new_in(Pages::new())));
/// # }
/// ```
///
/// ```compile_fail,E0277
/// use janus_alloc::{Pool, api::IndependentAllocator};
///
/// fn require<A: IndependentAllocator>(_: &A) {}
/// require(&Pool::new()); // over `Global`
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an `IndependentAllocator`: nothing promises that it never allocates from the registered default",
    label = "not an `IndependentAllocator`",
    note = "`Global` forwards to the registered default; building the default on it would recurse: use `System` or `Pages`",
    note = "a wrapper is an `IndependentAllocator` only if everything it wraps is"
)]
pub unsafe trait IndependentAllocator: Allocator + Sized {}

/// An allocator that takes its memory from the C library's `malloc`, directly or through its parents.
///
/// Such an allocator must not become that `malloc` itself, so `export_malloc!` rejects it. Nothing else depends on this trait: an
/// allocator that calls `malloc` without implementing it is not rejected.
#[doc(hidden)]
pub trait CallsMalloc {}

// SAFETY: the registered default is a static, which is never dropped.
#[cfg(feature = "alloc")]
unsafe impl StaticAllocator for Global {}
// SAFETY: a unit struct: every value forwards to the one registered default.
#[cfg(feature = "alloc")]
unsafe impl AllocatorClone for Global {}

// SAFETY: the operating system's allocator is never dropped.
#[cfg(feature = "std")]
unsafe impl StaticAllocator for System {}
// SAFETY: a unit struct: every value calls the one system allocator.
#[cfg(feature = "std")]
unsafe impl AllocatorClone for System {}
// SAFETY: std promises that `System` does not call the registered default, and it has no state that could move.
#[cfg(feature = "std")]
unsafe impl GlobalAllocator for System {}
// SAFETY: as for `GlobalAllocator`.
#[cfg(feature = "std")]
unsafe impl IndependentAllocator for System {}
#[cfg(feature = "std")]
impl CallsMalloc for System {}

// SAFETY: a reference forwards to its referent, whose blocks outlive the referent and every lifetime in its type.
unsafe impl<A: StaticAllocator + ?Sized> StaticAllocator for &A {}
// SAFETY: copies of a reference forward to the same referent.
unsafe impl<A: Allocator + ?Sized> AllocatorClone for &A {}
// SAFETY: a reference forwards to its referent, which never allocates from the default; the referent does not move with it.
unsafe impl<A: GlobalAllocator> GlobalAllocator for &'static A {}
// SAFETY: a reference forwards to its referent, which never allocates from the default; the referent does not move with it.
unsafe impl<A: IndependentAllocator> IndependentAllocator for &A {}
impl<A: CallsMalloc + ?Sized> CallsMalloc for &A {}
