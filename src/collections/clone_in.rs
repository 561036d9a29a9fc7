//! Cloning into another allocator.

use core::marker::PhantomData;
use core::num::NonZero;
use core::time::Duration;

use super::TryReserveError;
use super::error::or_fail;

/// A deep [`Clone`] into another allocator. Elements that are collections are cloned into it too.
///
/// The collections of this crate implement it if their elements do. So do std's primitive types, tuples, arrays,
/// `Option` and `Result`. Implement it for your own types by cloning each field.
///
/// * **[`Box`](super::Box)** implements it for a value or a slice of values that implement it, and for `str`, `CStr`,
///   and with the feature `std` also `OsStr` and `Path`. `Box<dyn Trait>` does not.
/// * **[`Rc`](super::Rc) and [`Arc`](super::Arc)** implement it for the same targets as `Box`. Unlike `clone`, it does
///   not share the value, since the other allocator needs its own. It clones each pointer separately: two pointers to
///   one value become two values, and a graph with several paths to a value becomes a tree. `Weak` does not implement
///   it.
/// * **[`Frozen`](super::Frozen)** does not, because code outside of this crate may implement this trait for a
///   collection and reach its allocator. Clone the collection that [`get_mut`](super::Frozen::get_mut) lends.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, System, api::Allocator, collections::{Box, CloneIn, TryReserveError, Vec}};
///
/// struct Node<A: Allocator> {
///     number: u32,
///     children: Vec<Box<Node<A>, A>, A>,
/// }
///
/// impl<A: Allocator, B: Allocator + Clone> CloneIn<B> for Node<A> {
///     type Cloned = Node<B>;
///
///     fn try_clone_in(&self, allocator: B) -> Result<Node<B>, TryReserveError> {
///         Ok(Node { number: self.number, children: self.children.try_clone_in(allocator)? })
///     }
/// }
///
/// let arena = Arena::new();
/// let mut root = Node { number: 1, children: Vec::new_in(&arena) };
/// root.children.push(Box::new_in(Node { number: 2, children: Vec::new_in(&arena) }, &arena));
/// let elsewhere: Node<System> = root.clone_in(System);
/// drop(root);
/// drop(arena);
/// assert_eq!((elsewhere.number, elsewhere.children[0].number), (1, 2));
/// ```
///
/// Two pointers that share a value have clones that do not:
///
/// ```
/// use janus_alloc::{Arena, System, collections::{CloneIn, Rc}};
///
/// let arena = Arena::new();
/// let one: Rc<str, _> = Rc::clone_from_ref_in("Janus", &arena);
/// let pair = (one.clone(), one);
/// let (one, other): (Rc<str, System>, Rc<str, System>) = pair.clone_in(System);
/// assert!(one == other && !Rc::ptr_eq(&one, &other));
/// ```
pub trait CloneIn<B> {
    /// This type with the allocator `B` instead of its own.
    type Cloned;

    /// Clones `self` into `allocator`.
    ///
    /// # Panics
    ///
    /// Panics if the clones need more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn clone_in(&self, allocator: B) -> Self::Cloned {
        or_fail(self.try_clone_in(allocator))
    }

    /// The twin of [`clone_in`](Self::clone_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the clones need more than `isize::MAX` bytes, or if the allocation fails.
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError>;
}

/// Implements [`CloneIn`] for types that need no allocator.
macro_rules! plain {
    ($($type:ty)*) => {
        $(
            impl<B> CloneIn<B> for $type {
                type Cloned = Self;

                #[inline]
                fn try_clone_in(&self, _: B) -> Result<Self, TryReserveError> {
                    Ok(*self)
                }
            }
        )*
    };
}
plain! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char Duration }
plain! { NonZero<u8> NonZero<u16> NonZero<u32> NonZero<u64> NonZero<u128> NonZero<usize> }
plain! { NonZero<i8> NonZero<i16> NonZero<i32> NonZero<i64> NonZero<i128> NonZero<isize> }

impl<T: ?Sized, B> CloneIn<B> for &T {
    type Cloned = Self;

    /// Returns the same reference.
    #[inline]
    fn try_clone_in(&self, _: B) -> Result<Self, TryReserveError> {
        Ok(self)
    }
}

impl<T: ?Sized, B> CloneIn<B> for PhantomData<T> {
    type Cloned = Self;

    #[inline]
    fn try_clone_in(&self, _: B) -> Result<Self, TryReserveError> {
        Ok(Self)
    }
}

impl<T: CloneIn<B>, B> CloneIn<B> for Option<T> {
    type Cloned = Option<T::Cloned>;

    #[inline]
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        self.as_ref().map(|value| value.try_clone_in(allocator)).transpose()
    }
}

impl<T: CloneIn<B>, E: CloneIn<B>, B> CloneIn<B> for Result<T, E> {
    type Cloned = Result<T::Cloned, E::Cloned>;

    #[inline]
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        Ok(match self {
            Ok(value) => Ok(value.try_clone_in(allocator)?),
            Err(error) => Err(error.try_clone_in(allocator)?),
        })
    }
}

impl<T: CloneIn<B>, const N: usize, B: Clone> CloneIn<B> for [T; N] {
    type Cloned = [T::Cloned; N];

    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        // An array of `Option`s, since stable Rust has no fallible `array::from_fn`.
        let mut clones = [const { None }; N];
        for (place, value) in clones.iter_mut().zip(self) {
            *place = Some(value.try_clone_in(allocator.clone())?);
        }
        Ok(clones.map(|clone| clone.expect("the loop filled all places")))
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {
        $(
            impl<$($name: CloneIn<Allocator>,)* Allocator: Clone> CloneIn<Allocator> for ($($name,)*) {
                type Cloned = ($($name::Cloned,)*);

                #[inline]
                fn try_clone_in(&self, allocator: Allocator) -> Result<Self::Cloned, TryReserveError> {
                    #[expect(non_snake_case, reason = "the names of the types")]
                    let ($($name,)*) = self;
                    Ok(($($name.try_clone_in(allocator.clone())?,)*))
                }
            }
        )*
    };
}
tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

impl<B> CloneIn<B> for () {
    type Cloned = ();

    #[inline]
    fn try_clone_in(&self, _: B) -> Result<(), TryReserveError> {
        Ok(())
    }
}
