//! Conversions into vectors on the registered default. For other allocators see [`FromIn`](crate::collections::FromIn).

use alloc::borrow::{Cow, ToOwned};

use super::Vec;
use crate::api::{Allocator, Global};

impl<T: Clone> From<&[T]> for Vec<T> {
    /// Clones the elements.
    #[track_caller]
    fn from(elements: &[T]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone> From<&mut [T]> for Vec<T> {
    /// Clones the elements.
    #[track_caller]
    fn from(elements: &mut [T]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone, const N: usize> From<&[T; N]> for Vec<T> {
    /// Clones the elements.
    #[track_caller]
    fn from(elements: &[T; N]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T: Clone, const N: usize> From<&mut [T; N]> for Vec<T> {
    /// Clones the elements.
    #[track_caller]
    fn from(elements: &mut [T; N]) -> Self {
        Self::from_slice_in(elements, Global)
    }
}

impl<T, const N: usize> From<[T; N]> for Vec<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        super::into_ok(Self::from_array::<super::Panic, N>(elements, Global))
    }
}

impl From<&str> for Vec<u8> {
    /// Copies the bytes.
    #[track_caller]
    fn from(text: &str) -> Self {
        Self::from_slice_in(text.as_bytes(), Global)
    }
}

impl<'a, T> From<Cow<'a, [T]>> for Vec<T>
where
    [T]: ToOwned<Owned = alloc::vec::Vec<T>>,
{
    /// Takes over the block of an owned vector, or clones the elements of a borrowed slice.
    #[track_caller]
    fn from(elements: Cow<'a, [T]>) -> Self {
        Self::from(elements.into_owned())
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Vec<T, A> {
    /// Collects the elements, in the default of the allocator's type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator.
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from_iter_in(iter, A::default())
    }
}
