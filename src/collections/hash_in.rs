//! hashbrown's tables in this crate: type aliases without a hasher, and the traits that the other collections implement
//! too.

use core::hash::{BuildHasher, Hash};

use super::error::TryReserveError;
use super::{CloneIn, DefaultHashBuilder, FromIn, FromIteratorIn, HashMap, HashSet};
use crate::api::{Allocator, Global};

/// A [`HashMap`] in the allocator `A`, with the default hasher. In `HashMap<K, V, &Arena>` the arena would be taken for
/// the hasher:
///
/// ```compile_fail,E0308
/// use janus_alloc::{Arena, collections::HashMap};
///
/// let arena = Arena::new();
/// let ages: HashMap<&str, u32, &Arena> = HashMap::new_in(&arena);
/// // error[E0308]: mismatched types: expected `HashMap<&str, u32, &Arena>`, found `HashMap<_, _, DefaultHashBuilder, &Arena>`
/// ```
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::HashMapIn};
///
/// struct Ages<'a> {
///     by_name: HashMapIn<&'a str, u32, &'a Arena>,
/// }
///
/// let arena = Arena::new();
/// let mut ages = Ages { by_name: HashMapIn::new_in(&arena) };
/// ages.by_name.insert("Janus", 2700);
/// assert_eq!(ages.by_name["Janus"], 2700);
/// ```
pub type HashMapIn<K, V, A = Global> = HashMap<K, V, DefaultHashBuilder, A>;

/// A [`HashSet`] in the allocator `A`, with the default hasher. In `HashSet<T, &Arena>` the arena would be taken for
/// the hasher.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{CollectIn, HashSetIn}};
///
/// let arena = Arena::new();
/// let seen: HashSetIn<char, &Arena> = "abracadabra".chars().collect_in(&arena);
/// assert_eq!(seen.len(), 5);
/// ```
pub type HashSetIn<T, A = Global> = HashSet<T, DefaultHashBuilder, A>;

/// Inserts all elements. Of equal keys the map keeps the first, with the last value.
fn try_fill<K, V, S, A>(
    map: &mut HashMap<K, V, S, A>,
    elements: impl Iterator<Item = Result<(K, V), TryReserveError>>,
) -> Result<(), TryReserveError>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    map.try_reserve(elements.size_hint().0)?;
    for element in elements {
        let (key, value) = element?;
        // After this the insertion does not allocate.
        map.try_reserve(1)?;
        map.insert(key, value);
    }
    Ok(())
}

impl<K, V, S, A> FromIteratorIn<(K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher + Default,
    A: Allocator,
{
    type Allocator = A;

    fn try_from_iter_in<I: IntoIterator<Item = (K, V)>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        let mut map = HashMap::with_hasher_in(S::default(), allocator);
        try_fill(&mut map, iter.into_iter().map(Ok))?;
        Ok(map)
    }
}

impl<T, S, A> FromIteratorIn<T> for HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher + Default,
    A: Allocator,
{
    type Allocator = A;

    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        let elements = iter.into_iter().map(|value| (value, ()));
        HashMap::try_from_iter_in(elements, allocator).map(HashSet::from)
    }
}

impl<K: Eq + Hash, V, A: Allocator, const N: usize> FromIn<[(K, V); N]> for HashMapIn<K, V, A> {
    type Allocator = A;

    fn try_from_in(elements: [(K, V); N], allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(elements, allocator)
    }
}

impl<T: Eq + Hash, A: Allocator, const N: usize> FromIn<[T; N]> for HashSetIn<T, A> {
    type Allocator = A;

    fn try_from_in(elements: [T; N], allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(elements, allocator)
    }
}

/// Implements `FromIn` of other maps and sets. The new table gets a clone of the hasher.
macro_rules! from_in {
    ($([$($generics:tt)*] $map:ty, $set:ty;)*) => {
        $(
            impl<K, V, S, A, $($generics)*> FromIn<$map> for HashMap<K, V, S, A>
            where
                K: Eq + Hash,
                S: BuildHasher + Clone,
                A: Allocator,
            {
                type Allocator = A;

                /// Moves the elements of a map into a new map, with a clone of the hasher.
                fn try_from_in(elements: $map, allocator: A) -> Result<Self, TryReserveError> {
                    let mut map = HashMap::with_hasher_in(elements.hasher().clone(), allocator);
                    try_fill(&mut map, elements.into_iter().map(Ok))?;
                    Ok(map)
                }
            }

            impl<T, S, A, $($generics)*> FromIn<$set> for HashSet<T, S, A>
            where
                T: Eq + Hash,
                S: BuildHasher + Clone,
                A: Allocator,
            {
                type Allocator = A;

                /// Moves the elements of a set into a new set, with a clone of the hasher.
                fn try_from_in(elements: $set, allocator: A) -> Result<Self, TryReserveError> {
                    let mut map = HashMap::with_hasher_in(elements.hasher().clone(), allocator);
                    try_fill(&mut map, elements.into_iter().map(|value| Ok((value, ()))))?;
                    Ok(HashSet::from(map))
                }
            }
        )*
    };
}
from_in! { [B: Allocator] HashMap<K, V, S, B>, HashSet<T, S, B>; }
#[cfg(feature = "std")]
from_in! { [] std::collections::HashMap<K, V, S>, std::collections::HashSet<T, S>; }

impl<K, V, S, A, B> CloneIn<B> for HashMap<K, V, S, A>
where
    K: CloneIn<B, Cloned: Eq + Hash>,
    V: CloneIn<B>,
    S: BuildHasher + Clone,
    A: Allocator,
    B: Allocator + Clone,
{
    type Cloned = HashMap<K::Cloned, V::Cloned, S, B>;

    /// Rehashes the cloned keys, since their type may hash differently.
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut clone = HashMap::with_hasher_in(self.hasher().clone(), allocator.clone());
        let elements = self
            .iter()
            .map(|(key, value)| Ok((key.try_clone_in(allocator.clone())?, value.try_clone_in(allocator.clone())?)));
        try_fill(&mut clone, elements)?;
        Ok(clone)
    }
}

impl<T, S, A, B> CloneIn<B> for HashSet<T, S, A>
where
    T: CloneIn<B, Cloned: Eq + Hash>,
    S: BuildHasher + Clone,
    A: Allocator,
    B: Allocator + Clone,
{
    type Cloned = HashSet<T::Cloned, S, B>;

    /// Rehashes the clones, since their type may hash differently.
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut clone = HashMap::with_hasher_in(self.hasher().clone(), allocator.clone());
        try_fill(&mut clone, self.iter().map(|value| Ok((value.try_clone_in(allocator.clone())?, ()))))?;
        Ok(HashSet::from(clone))
    }
}
