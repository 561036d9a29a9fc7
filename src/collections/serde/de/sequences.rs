//! Deserialization of sequences.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::{DeserializeIn, In, cautious_capacity};
use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::{BTreeSet, BinaryHeap, Box, HashSet, LinkedList, Rc, TryReserveError, Vec, VecDeque};

/// A collection that is filled element by element.
pub(super) trait Sequence<A>: Sized {
    type Element;

    /// Returns an empty collection, with capacity for `length` elements if it can reserve any.
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError>;

    /// Adds an element, at the end if there is an order.
    fn add(&mut self, element: Self::Element) -> Result<(), TryReserveError>;
}

impl<T, A: Allocator> Sequence<A> for Vec<T, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(length, allocator)
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_push(element)
    }
}

impl<T, A: Allocator> Sequence<A> for VecDeque<T, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(length, allocator)
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_push_back(element)
    }
}

impl<T: Ord, A: Allocator> Sequence<A> for BinaryHeap<T, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(length, allocator)
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_push(element)
    }
}

impl<T, A: Allocator> Sequence<A> for LinkedList<T, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(_: usize, allocator: A) -> Result<Self, TryReserveError> {
        Ok(Self::new_in(allocator))
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_push_back(element)
    }
}

impl<T: Ord, A: Allocator> Sequence<A> for BTreeSet<T, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(_: usize, allocator: A) -> Result<Self, TryReserveError> {
        Ok(Self::new_in(allocator))
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_insert(element).map(drop)
    }
}

impl<T: Eq + Hash, S: BuildHasher + Default, A: Allocator> Sequence<A> for HashSet<T, S, A> {
    type Element = T;

    #[inline]
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        let mut set = Self::with_hasher_in(S::default(), allocator);
        set.try_reserve(length)?;
        Ok(set)
    }

    #[inline]
    fn add(&mut self, element: T) -> Result<(), TryReserveError> {
        self.try_reserve(1)?;
        self.insert(element);
        Ok(())
    }
}

/// A visitor that fills a collection of type `C`. Clones of the seed deserialize each element.
struct SequenceVisitor<C, S, A> {
    seed: S,
    allocator: A,
    collection: PhantomData<fn() -> C>,
}

impl<'de, C, S, A> Visitor<'de> for SequenceVisitor<C, S, A>
where
    C: Sequence<A>,
    S: DeserializeSeed<'de, Value = C::Element> + Clone,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<Q: SeqAccess<'de>>(self, mut sequence: Q) -> Result<C, Q::Error> {
        let capacity = cautious_capacity::<C::Element>(sequence.size_hint());
        let mut collection = C::with_capacity_hint(capacity, self.allocator).map_err(Error::custom)?;
        while let Some(element) = sequence.next_element_seed(self.seed.clone())? {
            collection.add(element).map_err(Error::custom)?;
        }
        Ok(collection)
    }
}

/// Deserializes a collection in `allocator`. Clones of `seed` deserialize the elements.
#[inline]
fn deserialize_sequence<'de, D, C, S, A>(deserializer: D, seed: S, allocator: A) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    C: Sequence<A>,
    S: DeserializeSeed<'de, Value = C::Element> + Clone,
{
    deserializer.deserialize_seq(SequenceVisitor { seed, allocator, collection: PhantomData })
}

/// Implements `DeserializeIn` for collections whose elements use the same allocator.
macro_rules! sequences_in {
    ($([$($generics:tt)*] $collection:ty;)*) => {$(
        impl<'de, T: DeserializeIn<'de, A> $($generics)*, A: Allocator + Clone> DeserializeIn<'de, A> for $collection {
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
                deserialize_sequence(deserializer, In(allocator.clone()).seed::<T>(), allocator)
            }
        }
    )*};
}
sequences_in! {
    [] Vec<T, A>;
    [] VecDeque<T, A>;
    [] LinkedList<T, A>;
    [+ Ord] BinaryHeap<T, A>;
    [+ Ord] BTreeSet<T, A>;
    [+ Eq + Hash, S: BuildHasher + Default] HashSet<T, S, A>;
}

/// Implements `Deserialize` for collections whose allocator is `Default`. (hashbrown implements it for its sets.)
macro_rules! sequences {
    ($([$($generics:tt)*] $collection:ty;)*) => {$(
        impl<'de, T: Deserialize<'de> $($generics)*, A: Allocator + Default> Deserialize<'de> for $collection {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_sequence(deserializer, PhantomData::<T>, A::default())
            }
        }
    )*};
}
sequences! {
    [] Vec<T, A>;
    [] VecDeque<T, A>;
    [] LinkedList<T, A>;
    [+ Ord] BinaryHeap<T, A>;
    [+ Ord] BTreeSet<T, A>;
}

/// A pointer to a slice, which can be made from a vector.
trait FromVec<T, A: Allocator>: Sized {
    fn try_from_vec<E: Error>(vector: Vec<T, A>) -> Result<Self, E>;
}

impl<T, A: Allocator> FromVec<T, A> for Box<[T], A> {
    #[inline]
    fn try_from_vec<E: Error>(vector: Vec<T, A>) -> Result<Self, E> {
        vector.try_into_boxed_slice().map_err(E::custom)
    }
}

/// Implements [`FromVec`] for reference-counted pointers.
macro_rules! counted_from_vec {
    ($($pointer:ident)*) => {$(
        impl<T, A: Allocator> FromVec<T, A> for $pointer<[T], A> {
            #[inline]
            fn try_from_vec<E: Error>(vector: Vec<T, A>) -> Result<Self, E> {
                $pointer::try_from_vec(vector).map_err(E::custom)
            }
        }
    )*};
}
counted_from_vec!(Rc);
#[cfg(target_has_atomic = "ptr")]
counted_from_vec!(Arc);

/// Implements `DeserializeIn` and `Deserialize` for pointers to slices.
macro_rules! slices {
    ($($pointer:ident)*) => {$(
        impl<'de, T: DeserializeIn<'de, A>, A: Allocator + Clone> DeserializeIn<'de, A> for $pointer<[T], A> {
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
                FromVec::try_from_vec(Vec::deserialize_in(deserializer, allocator)?)
            }
        }

        impl<'de, T: Deserialize<'de>, A: Allocator + Default> Deserialize<'de> for $pointer<[T], A> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                FromVec::try_from_vec(Vec::deserialize(deserializer)?)
            }
        }
    )*};
}
slices!(Box Rc);
#[cfg(target_has_atomic = "ptr")]
slices!(Arc);
