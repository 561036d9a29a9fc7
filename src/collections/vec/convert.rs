//! Vectors on the registered default, out of what std has a `From` for. Into other allocators:
//! [`FromIn`](crate::collections::FromIn).

use alloc::borrow::{Cow, ToOwned};

use super::Vec;
use crate::api::{Allocator, Global};

impl<T: Clone> From<&[T]> for Vec<T> {
    /// Clones of the elements.
    #[track_caller]
    fn from(elements: &[T]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone> From<&mut [T]> for Vec<T> {
    /// Clones of the elements.
    #[track_caller]
    fn from(elements: &mut [T]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone, const N: usize> From<&[T; N]> for Vec<T> {
    /// Clones of the elements.
    #[track_caller]
    fn from(elements: &[T; N]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone, const N: usize> From<&mut [T; N]> for Vec<T> {
    /// Clones of the elements.
    #[track_caller]
    fn from(elements: &mut [T; N]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T, const N: usize> From<[T; N]> for Vec<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        super::sure(Self::from_array::<super::Panic, N>(elements, Global))
    }
}

impl From<&str> for Vec<u8> {
    /// The bytes.
    #[track_caller]
    fn from(text: &str) -> Self {
        Self::from_slice_in(text.as_bytes(), Global)
    }
}

impl<'a, T> From<Cow<'a, [T]>> for Vec<T>
where
    [T]: ToOwned<Owned = alloc::vec::Vec<T>>,
{
    /// The elements: where they are, or cloned if they are borrowed.
    #[track_caller]
    fn from(elements: Cow<'a, [T]>) -> Self {
        Self::from(elements.into_owned())
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Vec<T, A> {
    /// The elements, in the default of the allocator: [`collect_in`](crate::collections::CollectIn::collect_in) takes another.
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from_iter_in(iter, A::default())
    }
}
