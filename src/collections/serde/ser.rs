//! Serialization. The allocator has no influence on the output.

use serde::ser::{Serialize, Serializer};

use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::{
    BTreeMap, BTreeSet, BinaryHeap, Box, Freezable, Frozen, LinkedList, Rc, String, Vec, VecDeque,
};

/// Implements `Serialize` for collections by the method `$collect` of the serializer.
macro_rules! serialize_by {
    ($([$($generics:tt)*] $collection:ty, $collect:ident;)*) => {$(
        impl<$($generics)*, A: Allocator> Serialize for $collection {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$collect(self)
            }
        }
    )*};
}
serialize_by! {
    [T: Serialize] Vec<T, A>, collect_seq;
    [T: Serialize] VecDeque<T, A>, collect_seq;
    [T: Serialize] LinkedList<T, A>, collect_seq;
    [T: Serialize] BinaryHeap<T, A>, collect_seq;
    [T: Serialize] BTreeSet<T, A>, collect_seq;
    [K: Serialize, V: Serialize] BTreeMap<K, V, A>, collect_map;
}

/// Implements `Serialize` for pointers and strings by dereferencing them.
macro_rules! serialize_target {
    ($($(#[$cfg:meta])* [$($generics:tt)*] $pointer:ty;)*) => {$(
        $(#[$cfg])*
        impl<$($generics)*> Serialize for $pointer {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (**self).serialize(serializer)
            }
        }
    )*};
}
serialize_target! {
    [A: Allocator] String<A>;
    [T: Serialize + ?Sized, A: Allocator] Box<T, A>;
    [T: Serialize + ?Sized, A: Allocator] Rc<T, A>;
    #[cfg(target_has_atomic = "ptr")]
    [T: Serialize + ?Sized, A: Allocator] Arc<T, A>;
}

// `Serialize` for a `Freezable` type is implemented by this crate and hashbrown only, so this reads its elements, never
// its allocator.
impl<C: Freezable + Serialize> Serialize for Frozen<C> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.collection().serialize(serializer)
    }
}
