//! Serializing: what is in an allocator is written like what is not.

use serde::ser::{Serialize, Serializer};

use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::{
    BTreeMap, BTreeSet, BinaryHeap, Box, Freezable, Frozen, LinkedList, Rc, String, Vec, VecDeque,
};

/// `Serialize` of collections by a method of the serializer.
macro_rules! collected {
    ($([$($generics:tt)*] $collection:ty, $collect:ident;)*) => {$(
        impl<$($generics)*, A: Allocator> Serialize for $collection {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$collect(self)
            }
        }
    )*};
}
collected! {
    [T: Serialize] Vec<T, A>, collect_seq;
    [T: Serialize] VecDeque<T, A>, collect_seq;
    [T: Serialize] LinkedList<T, A>, collect_seq;
    [T: Serialize] BinaryHeap<T, A>, collect_seq;
    [T: Serialize] BTreeSet<T, A>, collect_seq;
    [K: Serialize, V: Serialize] BTreeMap<K, V, A>, collect_map;
}

/// `Serialize` of what dereferences, as its target.
macro_rules! dereferenced {
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
dereferenced! {
    [A: Allocator] String<A>;
    [T: Serialize + ?Sized, A: Allocator] Box<T, A>;
    [T: Serialize + ?Sized, A: Allocator] Rc<T, A>;
    #[cfg(target_has_atomic = "ptr")]
    [T: Serialize + ?Sized, A: Allocator] Arc<T, A>;
}

// Nobody else implements `Serialize` for such a type, so this reaches elements and not the allocator.
impl<C: Freezable + Serialize> Serialize for Frozen<C> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.collection().serialize(serializer)
    }
}
