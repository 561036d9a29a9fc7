//! Deserialization of maps.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::{DeserializeIn, In, cautious_capacity};
use crate::api::Allocator;
use crate::collections::{BTreeMap, HashMap, TryReserveError};

/// A map that is filled entry by entry.
trait Map<A>: Sized {
    type Key;
    type Value;

    /// Returns an empty map, with capacity for `length` entries if it can reserve any.
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError>;

    /// Adds an entry, or replaces the value of an existing key.
    fn set(&mut self, key: Self::Key, value: Self::Value) -> Result<(), TryReserveError>;
}

impl<K: Ord, V, A: Allocator> Map<A> for BTreeMap<K, V, A> {
    type Key = K;
    type Value = V;

    #[inline]
    fn with_capacity_hint(_: usize, allocator: A) -> Result<Self, TryReserveError> {
        Ok(Self::new_in(allocator))
    }

    #[inline]
    fn set(&mut self, key: K, value: V) -> Result<(), TryReserveError> {
        self.try_insert(key, value).map(drop)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default, A: Allocator> Map<A> for HashMap<K, V, S, A> {
    type Key = K;
    type Value = V;

    #[inline]
    fn with_capacity_hint(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        let mut map = Self::with_hasher_in(S::default(), allocator);
        map.try_reserve(length)?;
        Ok(map)
    }

    #[inline]
    fn set(&mut self, key: K, value: V) -> Result<(), TryReserveError> {
        self.try_reserve(1)?;
        self.insert(key, value);
        Ok(())
    }
}

/// A visitor that fills a map of type `C`. Clones of the seeds deserialize each key and value.
struct MapVisitor<C, K, V, A> {
    key: K,
    value: V,
    allocator: A,
    map: PhantomData<fn() -> C>,
}

impl<'de, C, K, V, A> Visitor<'de> for MapVisitor<C, K, V, A>
where
    C: Map<A>,
    K: DeserializeSeed<'de, Value = C::Key> + Clone,
    V: DeserializeSeed<'de, Value = C::Value> + Clone,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<C, M::Error> {
        let capacity = cautious_capacity::<(C::Key, C::Value)>(entries.size_hint());
        let mut map = C::with_capacity_hint(capacity, self.allocator).map_err(Error::custom)?;
        while let Some((key, value)) = entries.next_entry_seed(self.key.clone(), self.value.clone())? {
            map.set(key, value).map_err(Error::custom)?;
        }
        Ok(map)
    }
}

/// Implements `DeserializeIn` for maps whose keys and values use the same allocator.
macro_rules! maps_in {
    ($([$($key:tt)*] [$($generics:tt)*] $map:ty;)*) => {$(
        impl<'de, K, V, A, $($generics)*> DeserializeIn<'de, A> for $map
        where
            K: DeserializeIn<'de, A> + $($key)*,
            V: DeserializeIn<'de, A>,
            A: Allocator + Clone,
        {
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
                let (key, value) = (In(allocator.clone()).seed::<K>(), In(allocator.clone()).seed::<V>());
                deserializer.deserialize_map(MapVisitor { key, value, allocator, map: PhantomData })
            }
        }
    )*};
}
maps_in! {
    [Ord] [] BTreeMap<K, V, A>;
    [Eq + Hash] [S: BuildHasher + Default] HashMap<K, V, S, A>;
}

// hashbrown implements `Deserialize` for its maps.
impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, A: Allocator + Default> Deserialize<'de>
    for BTreeMap<K, V, A>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (key, value) = (PhantomData::<K>, PhantomData::<V>);
        deserializer.deserialize_map(MapVisitor { key, value, allocator: A::default(), map: PhantomData })
    }
}
