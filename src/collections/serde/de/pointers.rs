//! Deserialization of pointers and strings.

use core::fmt;
use core::marker::PhantomData;
use core::str;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::DeserializeIn;
use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::{Box, Freezable, Frozen, Rc, String};

/// Implements `DeserializeIn` and `Deserialize` for pointers to sized values, and [`FromStrIn`] for pointers to `str`.
macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<'de, T: DeserializeIn<'de, A>, A: Allocator + Clone> DeserializeIn<'de, A> for $pointer<T, A> {
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
                Self::try_new_in(T::deserialize_in(deserializer, allocator.clone())?, allocator).map_err(Error::custom)
            }
        }

        impl<'de, T: Deserialize<'de>, A: Allocator + Default> Deserialize<'de> for $pointer<T, A> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::try_new_in(T::deserialize(deserializer)?, A::default()).map_err(Error::custom)
            }
        }

        impl<A: Allocator> FromStrIn<A> for $pointer<str, A> {
            #[inline]
            fn try_from_str_in<E: Error>(text: &str, allocator: A) -> Result<Self, E> {
                Self::try_clone_from_ref_in(text, allocator).map_err(E::custom)
            }
        }
    )*};
}
pointers!(Box Rc);
#[cfg(target_has_atomic = "ptr")]
pointers!(Arc);

/// A string in an allocator.
trait FromStrIn<A>: Sized {
    /// Copies `text` into `allocator`.
    fn try_from_str_in<E: Error>(text: &str, allocator: A) -> Result<Self, E>;
}

impl<A: Allocator> FromStrIn<A> for String<A> {
    #[inline]
    fn try_from_str_in<E: Error>(text: &str, allocator: A) -> Result<Self, E> {
        let mut string = Self::try_with_capacity_in(text.len(), allocator).map_err(E::custom)?;
        string.try_push_str(text).map_err(E::custom)?;
        Ok(string)
    }
}

/// A visitor that copies a string into a `C`.
struct StrVisitor<C, A> {
    allocator: A,
    string: PhantomData<fn() -> C>,
}

impl<C: FromStrIn<A>, A> Visitor<'_> for StrVisitor<C, A> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<C, E> {
        C::try_from_str_in(text, self.allocator)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<C, E> {
        match str::from_utf8(bytes) {
            Ok(text) => self.visit_str(text),
            Err(_) => Err(E::invalid_value(Unexpected::Bytes(bytes), &self)),
        }
    }
}

/// Implements `DeserializeIn` and `Deserialize` for types that implement [`FromStrIn`].
macro_rules! strings {
    ($($string:ty;)*) => {$(
        impl<'de, A: Allocator> DeserializeIn<'de, A> for $string {
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
                deserializer.deserialize_str(StrVisitor { allocator, string: PhantomData })
            }
        }

        impl<'de, A: Allocator + Default> Deserialize<'de> for $string {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize_in(deserializer, A::default())
            }
        }
    )*};
}
strings! { String<A>; Box<str, A>; Rc<str, A>; }
#[cfg(target_has_atomic = "ptr")]
strings! { Arc<str, A>; }

impl<'de, C: Freezable + DeserializeIn<'de, A>, A> DeserializeIn<'de, A> for Frozen<C> {
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
        C::deserialize_in(deserializer, allocator).map(Self::new)
    }
}

impl<'de, C: Freezable + Deserialize<'de>> Deserialize<'de> for Frozen<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        C::deserialize(deserializer).map(Self::new)
    }
}
