//! Deserialization into an allocator (feature `serde`).
//!
//! [`In(allocator)`](In) deserializes any type that implements [`DeserializeIn`]: plain types and the collections of
//! this crate, nested to any depth. All their memory comes from clones of the allocator. [`In`] reads one value. Call
//! `json.end()?` afterwards to reject trailing input, as `from_str` does.
//!
//! ```
//! use janus_alloc::Arena;
//! use janus_alloc::collections::{BTreeMap, String, Vec, de::In};
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! let arena = Arena::new();
//! let mut json = serde_json::Deserializer::from_str(r#"{"Janus": [1, 2], "Hecate": [3]}"#);
//! let faces: BTreeMap<String<_>, Vec<u32, _>, _> = In(&arena).deserialize(&mut json)?;
//! json.end()?;
//! assert_eq!(faces["Janus"], [1, 2]);
//! assert_eq!(serde_json::to_string(&faces)?, r#"{"Hecate":[3],"Janus":[1,2]}"#);
//! # Ok(())
//! # }
//! ```
//!
//! | type | represented as |
//! | --- | --- |
//! | [`Vec`], [`VecDeque`], [`LinkedList`], [`BinaryHeap`] (in no order), [`BTreeSet`], [`HashSet`], `Box<[T], A>`, `Rc<[T], A>`, `Arc<[T], A>` | a sequence |
//! | [`BTreeMap`], [`HashMap`] | a map; if a key occurs several times, its last value is kept |
//! | [`String`], `Box<str, A>`, `Rc<str, A>`, `Arc<str, A>` | a string |
//! | [`Box`], [`Rc`], [`Arc`], [`Frozen`] | the value inside; two pointers to one value become two values |
//! | numbers, `bool`, `char`, `()`, [std's `String`](alloc::string::String), `&str`, `&[u8]`, `Duration`, `PhantomData` | as in serde, without the allocator |
//! | `Option`, arrays, and tuples of up to 8 elements, of all these | as in serde |
//!
//! All of them except arrays of more than 32 elements also implement [`Serialize`](serde::Serialize). A collection
//! whose allocator implements `Default`, such as `Vec<T>` or `Vec<T, Arena>`, also implements
//! [`Deserialize`](serde::Deserialize). Each collection deserialized by that has an allocator of its own.
//!
//! # Errors
//!
//! * If allocation fails, the deserializer returns an error, and everything built so far is dropped. (Only the
//!   `Deserialize` of the hash tables, which is hashbrown's, ends the process instead.)
//! * A length in the input is not trusted: at most 1 MiB is reserved for elements that have not been read yet.
//! * The depth of nested values is not limited here. Many deserializers limit it.
//!
//! # Types that cannot derive `Deserialize`
//!
//! [`Deserialize`](serde::Deserialize) has no parameter for an allocator, so `#[derive(Deserialize)]` works only for a
//! type whose allocators implement `Default`. With a `String<&Arena>` in the type it does not compile, and the error
//! does not name the remedy:
//!
//! ```compile_fail,E0277
//! use janus_alloc::{Arena, collections::String};
//!
//! let name: String<&Arena> = serde_json::from_str(r#""Janus""#).unwrap();
//! // error[E0277]: the trait bound `&Arena: Default` is not satisfied
//! ```
//!
//! Implement [`DeserializeIn`] for such a type, as shown below, and deserialize it by [`In`]. The code before, with the
//! default allocator, and after:
//!
//! ```
//! use janus_alloc::Arena;
//! use janus_alloc::collections::{String, Vec, de::In};
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! let json = r#"["Janus", "Hecate"]"#;
//! let before: Vec<String> = serde_json::from_str(json)?;
//!
//! let arena = Arena::new();
//! let mut json = serde_json::Deserializer::from_str(json);
//! let after: Vec<String<_>, _> = In(&arena).deserialize(&mut json)?;
//! json.end()?;
//! assert_eq!(after, before);
//! # Ok(())
//! # }
//! ```
//!
//! # Implementing `DeserializeIn`
//!
//! A type without collections can derive `Deserialize`, and implements `DeserializeIn` by forwarding to it:
//!
//! ```
//! use janus_alloc::collections::de::DeserializeIn;
//! use serde::{Deserialize, Deserializer};
//!
//! struct Metres(f64);
//! # impl<'de> Deserialize<'de> for Metres {
//! #     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
//! #         f64::deserialize(deserializer).map(Self)
//! #     }
//! # }
//!
//! impl<'de, A> DeserializeIn<'de, A> for Metres {
//!     fn deserialize_in<D: Deserializer<'de>>(deserializer: D, _: A) -> Result<Self, D::Error> {
//!         Self::deserialize(deserializer)
//!     }
//! }
//! ```
//!
//! A type whose fields come as a sequence can be built from a tuple. It may contain itself:
//!
//! ```
//! use janus_alloc::{Arena, api::Allocator};
//! use janus_alloc::collections::{Vec, de::{DeserializeIn, In}};
//! use serde::Deserializer;
//!
//! struct Node<A: Allocator> {
//!     number: u32,
//!     children: Vec<Node<A>, A>,
//! }
//!
//! impl<'de, A: Allocator + Clone> DeserializeIn<'de, A> for Node<A> {
//!     fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
//!         let (number, children) = DeserializeIn::deserialize_in(deserializer, allocator)?;
//!         Ok(Self { number, children })
//!     }
//! }
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! let arena = Arena::new();
//! let mut json = serde_json::Deserializer::from_str("[1, [[2, []], [3, [[4, []]]]]]");
//! let root: Node<_> = In(&arena).deserialize(&mut json)?;
//! assert_eq!((root.number, root.children[1].children[0].number), (1, 4));
//! # Ok(())
//! # }
//! ```
//!
//! A type whose fields have names needs a visitor, which reads the value of each field by [`In::seed`]:
//!
//! ```
//! use std::fmt;
//! use janus_alloc::{Arena, api::Allocator};
//! use janus_alloc::collections::{String, Vec, de::{DeserializeIn, In}};
//! use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
//!
//! struct Person<A: Allocator> {
//!     name: String<A>,
//!     phones: Vec<String<A>, A>,
//! }
//!
//! impl<'de, A: Allocator + Clone> DeserializeIn<'de, A> for Person<A> {
//!     fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
//!         struct Fields<A>(A);
//!
//!         impl<'de, A: Allocator + Clone> Visitor<'de> for Fields<A> {
//!             type Value = Person<A>;
//!
//!             fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
//!                 f.write_str("a person")
//!             }
//!
//!             fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Person<A>, M::Error> {
//!                 let (mut name, mut phones) = (None, None);
//!                 while let Some(key) = map.next_key::<std::string::String>()? {
//!                     match &*key {
//!                         "name" => name = Some(map.next_value_seed(In(self.0.clone()).seed())?),
//!                         "phones" => phones = Some(map.next_value_seed(In(self.0.clone()).seed())?),
//!                         _ => _ = map.next_value::<IgnoredAny>()?,
//!                     }
//!                 }
//!                 Ok(Person {
//!                     name: name.ok_or_else(|| M::Error::missing_field("name"))?,
//!                     phones: phones.unwrap_or_else(|| Vec::new_in(self.0)),
//!                 })
//!             }
//!         }
//!
//!         deserializer.deserialize_struct("Person", &["name", "phones"], Fields(allocator))
//!     }
//! }
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! let arena = Arena::new();
//! let mut json = serde_json::Deserializer::from_str(r#"[{"name": "Ann", "phones": ["123"]}, {"name": "Bob"}]"#);
//! let people: Vec<Person<_>, _> = In(&arena).deserialize(&mut json)?;
//! assert_eq!((&people[1].name[..], &people[0].phones[0][..]), ("Bob", "123"));
//! # Ok(())
//! # }
//! ```

mod maps;
mod plain;
mod pointers;
mod sequences;

use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};

#[cfg(doc)]
use crate::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Box, Frozen, HashMap, HashSet, LinkedList, Rc, String, Vec, VecDeque,
};

/// A type that can be deserialized into an allocator of type `A`.
///
/// The [module docs](self) list the types that implement it, and show how to implement it for your own.
///
/// # Examples
///
/// ```
/// use janus_alloc::Arena;
/// use janus_alloc::collections::{Vec, de::DeserializeIn};
///
/// let arena = Arena::new();
/// let mut json = serde_json::Deserializer::from_str("[1, 2, 3]");
/// assert_eq!(Vec::<u8, _>::deserialize_in(&mut json, &arena)?, [1, 2, 3]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be deserialized into an allocator of type `{A}`",
    label = "not a `DeserializeIn`",
    note = "the docs of `janus_alloc::collections::de` show how to implement it for your own type; a collection needs an allocator that is `Clone`, such as a reference"
)]
pub trait DeserializeIn<'de, A>: Sized {
    /// Deserializes a value whose memory comes from `allocator`.
    ///
    /// # Errors
    ///
    /// Returns the deserializer's error, or a [`custom`](serde::de::Error::custom) error if allocation fails.
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error>;
}

/// An allocator to deserialize into.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{String, de::In}};
///
/// let arena = Arena::new();
/// let name: String<_> = In(&arena).deserialize(serde_json::Value::from("Janus"))?;
/// assert_eq!(name, "Janus");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct In<A>(pub A);

impl<A> In<A> {
    /// Deserializes a value of type `T`, which is usually inferred.
    ///
    /// # Errors
    ///
    /// Returns the deserializer's error, or a [`custom`](serde::de::Error::custom) error if allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    /// use janus_alloc::collections::{Vec, de::In};
    ///
    /// let arena = Arena::new();
    /// let mut json = serde_json::Deserializer::from_str("[1, 2, 3]");
    /// let numbers: Vec<u8, _> = In(&arena).deserialize(&mut json)?;
    /// json.end()?;
    /// assert_eq!(numbers, [1, 2, 3]);
    ///
    /// let mut json = serde_json::Deserializer::from_str("[1, 2, 3]");
    /// assert!(In(Null).deserialize::<Vec<u8, _>, _>(&mut json).is_err()); // an allocator that always fails
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[inline]
    pub fn deserialize<'de, T: DeserializeIn<'de, A>, D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<T, D::Error> {
        T::deserialize_in(deserializer, self.0)
    }

    /// Returns a seed for a value of type `T`, for `next_element_seed`, `next_value_seed` and the like in your own visitor.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::Arena;
    /// use janus_alloc::collections::{Box, de::In};
    /// use serde::de::DeserializeSeed;
    ///
    /// let arena = Arena::new();
    /// let seed = In(&arena).seed::<Box<str, _>>();
    /// assert_eq!(&*seed.deserialize(serde_json::Value::from("Janus"))?, "Janus");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn seed<T>(self) -> Seed<T, A> {
        Seed { allocator: self.0, value: PhantomData }
    }
}

/// A [`DeserializeSeed`] for a `T` in an allocator. Made by [`In::seed`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{String, de::{In, Seed}}};
/// use serde::de::DeserializeSeed;
///
/// let arena = Arena::new();
/// let seed: Seed<String<_>, _> = In(&arena).seed();
/// assert_eq!(seed.deserialize(serde_json::Value::from("Janus"))?, "Janus");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Seed<T, A> {
    allocator: A,
    value: PhantomData<fn() -> T>,
}

impl<'de, T: DeserializeIn<'de, A>, A> DeserializeSeed<'de> for Seed<T, A> {
    type Value = T;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize_in(deserializer, self.allocator)
    }
}

impl<T, A: Clone> Clone for Seed<T, A> {
    fn clone(&self) -> Self {
        In(self.allocator.clone()).seed()
    }
}

impl<T, A: Copy> Copy for Seed<T, A> {}

impl<T, A: fmt::Debug> fmt::Debug for Seed<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seed").field(&self.allocator).finish()
    }
}

/// Returns the capacity to reserve for `hint` elements, at most 1 MiB: the input may claim any length.
fn cautious_capacity<T>(hint: Option<usize>) -> usize {
    const MAX_BYTES: usize = 1 << 20;
    match size_of::<T>() {
        0 => 0,
        size => hint.unwrap_or(0).min(MAX_BYTES / size),
    }
}
