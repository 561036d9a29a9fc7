//! Deserialization of types that need no allocator, and of options, arrays and tuples of types that may need one.

use core::fmt;
use core::marker::PhantomData;
use core::num::NonZero;
use core::time::Duration;

use alloc::string::String;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::{DeserializeIn, In};

/// Implements `DeserializeIn` by `Deserialize`, without the allocator.
macro_rules! plain {
    ($($type:ty;)*) => {$(
        impl<'de, A> DeserializeIn<'de, A> for $type {
            #[inline]
            fn deserialize_in<D: Deserializer<'de>>(deserializer: D, _: A) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )*};
}
plain! { u8; u16; u32; u64; u128; usize; i8; i16; i32; i64; i128; isize; f32; f64; bool; char; (); Duration; String; }
plain! { NonZero<u8>; NonZero<u16>; NonZero<u32>; NonZero<u64>; NonZero<u128>; NonZero<usize>; }
plain! { NonZero<i8>; NonZero<i16>; NonZero<i32>; NonZero<i64>; NonZero<i128>; NonZero<isize>; }

// Borrowed from the input.
impl<'de: 'a, 'a, A> DeserializeIn<'de, A> for &'a str {
    #[inline]
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, _: A) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

// Borrowed from the input, too.
impl<'de: 'a, 'a, A> DeserializeIn<'de, A> for &'a [u8] {
    #[inline]
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, _: A) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de, T: ?Sized, A> DeserializeIn<'de, A> for PhantomData<T> {
    #[inline]
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, _: A) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de, T: DeserializeIn<'de, A>, A> DeserializeIn<'de, A> for Option<T> {
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
        struct Optional<T, A>(A, PhantomData<fn() -> T>);

        impl<'de, T: DeserializeIn<'de, A>, A> Visitor<'de> for Optional<T, A> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an option")
            }

            fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                T::deserialize_in(deserializer, self.0).map(Some)
            }
        }

        deserializer.deserialize_option(Optional(allocator, PhantomData))
    }
}

impl<'de, T: DeserializeIn<'de, A>, const N: usize, A: Clone> DeserializeIn<'de, A> for [T; N] {
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
        struct Array<T, const N: usize, A>(A, PhantomData<fn() -> T>);

        impl<'de, T: DeserializeIn<'de, A>, const N: usize, A: Clone> Visitor<'de> for Array<T, N, A> {
            type Value = [T; N];

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of length {N}")
            }

            fn visit_seq<Q: SeqAccess<'de>>(self, mut sequence: Q) -> Result<[T; N], Q::Error> {
                // Elements are options until all are read: stable Rust cannot build an array from fallible elements.
                let mut elements = [const { None }; N];
                for (index, element) in elements.iter_mut().enumerate() {
                    *element = sequence.next_element_seed(In(self.0.clone()).seed())?;
                    if element.is_none() {
                        return Err(Error::invalid_length(index, &self));
                    }
                }
                Ok(elements.map(|element| element.expect("the loop above reads every element")))
            }
        }

        deserializer.deserialize_tuple(N, Array(allocator, PhantomData))
    }
}

/// Implements `DeserializeIn` for tuples of `$length` elements, given the index and the type parameter of each.
macro_rules! tuples {
    ($($length:literal: $($index:literal $name:ident)*;)*) => {$(
        impl<'de, $($name: DeserializeIn<'de, Allocator>,)* Allocator: Clone> DeserializeIn<'de, Allocator> for ($($name,)*) {
            fn deserialize_in<De: Deserializer<'de>>(deserializer: De, allocator: Allocator) -> Result<Self, De::Error> {
                struct Tuple<$($name,)* Allocator>(Allocator, PhantomData<fn() -> ($($name,)*)>);

                impl<'de, $($name: DeserializeIn<'de, Allocator>,)* Allocator: Clone> Visitor<'de> for Tuple<$($name,)* Allocator> {
                    type Value = ($($name,)*);

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "a tuple of size {}", $length)
                    }

                    fn visit_seq<Q: SeqAccess<'de>>(self, mut sequence: Q) -> Result<Self::Value, Q::Error> {
                        Ok(($(
                            match sequence.next_element_seed(In(self.0.clone()).seed::<$name>())? {
                                Some(element) => element,
                                None => return Err(Error::invalid_length($index, &self)),
                            },
                        )*))
                    }
                }

                deserializer.deserialize_tuple($length, Tuple(allocator, PhantomData))
            }
        }
    )*};
}
tuples! {
    1: 0 A;
    2: 0 A 1 B;
    3: 0 A 1 B 2 C;
    4: 0 A 1 B 2 C 3 D;
    5: 0 A 1 B 2 C 3 D 4 E;
    6: 0 A 1 B 2 C 3 D 4 E 5 F;
    7: 0 A 1 B 2 C 3 D 4 E 5 F 6 G;
    8: 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H;
}
