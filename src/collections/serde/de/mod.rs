//! Deserializing into an allocator (feature `serde`).
//!
//! [`In(allocator)`](In) deserializes any type that implements [`DeserializeIn`]: plain types, and the collections of this crate, nested
//! to any depth. All their memory comes from clones of the allocator. [`In`] reads one value; `json.end()?` rejects what follows it, as
//! `from_str` does.
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
//! | type | in a format |
//! | --- | --- |
//! | [`Vec`], [`VecDeque`], [`LinkedList`], [`BinaryHeap`] (in no order), [`BTreeSet`], [`HashSet`], `Box<[T], A>`, `Rc<[T], A>`, `Arc<[T], A>` | a sequence |
//! | [`BTreeMap`], [`HashMap`] | a map; of equal keys the last has its value there |
//! | [`String`], `Box<str, A>`, `Rc<str, A>`, `Arc<str, A>` | a string |
//! | [`Box`], [`Rc`], [`Arc`], [`Frozen`] | what is in it. Two pointers to one value become two values |
//! | numbers, `bool`, `char`, `()`, [std's `String`](alloc::string::String), `&str`, `&[u8]`, `Duration`, `PhantomData` | what serde makes of it, without the allocator |
//! | `Option`, arrays, tuples up to 8 of all these | what serde makes of it |
//!
//! All of them but arrays of more than 32 elements are [`Serialize`](serde::Serialize), too. Where the allocator is `Default`,
//! the collections are [`Deserialize`](serde::Deserialize), each with an allocator of its own: `Vec<T>` is, and `Vec<T, Arena>`.
//!
//! # Errors
//!
//! * A request that the allocator refuses is an error of the deserializer, and what was built is dropped. (But for the
//!   `Deserialize` of the hash tables, which is hashbrown's, and ends the process.)
//! * A length that comes with the input is not believed: room is reserved for elements of at most 1 MiB before they are there.
//! * How deep values may nest is the deserializer's matter.
//!
//! # In place of `Deserialize`
//!
//! [`Deserialize`](serde::Deserialize) has no place for an allocator, so `#[derive(Deserialize)]` serves a type whose allocators are
//! `Default`. With one `String<&Arena>` in the type it does not compile, and the error does not name the remedy:
//!
//! ```compile_fail,E0277
//! use janus_alloc::{Arena, collections::String};
//!
//! let name: String<&Arena> = serde_json::from_str(r#""Janus""#).unwrap();
//! // error[E0277]: the trait bound `&Arena: Default` is not satisfied
//! ```
//!
//! Such a type implements [`DeserializeIn`], as shown below, and is asked for by [`In`]. Before, on the default, and after:
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
//! # In a type of your own
//!
//! A type without a collection in it derives `Deserialize`, and needs a line:
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
//! One whose fields come as a sequence is made from a tuple; it may contain itself:
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
//! One whose fields have names has a visitor, which asks for each field's value by [`In::seed`]:
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

/// A type that is deserialized into an allocator.
///
/// [The module](self) says which types implement it, and how yours does.
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
    message = "`{Self}` is not deserialized into an allocator of type `{A}`",
    label = "not a `DeserializeIn`",
    note = "the docs of `janus_alloc::collections::de` show how a type of yours implements it; a collection in an allocator needs one that is `Clone`, such as a reference"
)]
pub trait DeserializeIn<'de, A>: Sized {
    /// Deserializes a value, with what it needs in `allocator`.
    ///
    /// # Errors
    ///
    /// Those of the deserializer; and its [`custom`](serde::de::Error::custom) one if the allocator refuses.
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error>;
}

/// An allocator to deserialize into.
///
/// # Examples
///
/// See [the module](self).
#[derive(Clone, Copy, Debug, Default)]
pub struct In<A>(pub A);

impl<A> In<A> {
    /// Deserializes a value of a type that is known from how it is used.
    ///
    /// # Errors
    ///
    /// Those of the deserializer; and its [`custom`](serde::de::Error::custom) one if the allocator refuses.
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

    /// A seed for a value of type `T`: for `next_element_seed` of a visitor of yours, and its kin.
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

/// A [`DeserializeSeed`] for a `T` in an allocator: see [`In::seed`].
///
/// # Examples
///
/// See [`In::seed`].
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

/// The number of elements to reserve room for when the input promises `hint`, without belief: no more than a fixed number of
/// bytes.
fn cautious<T>(hint: Option<usize>) -> usize {
    const MAX_BYTES: usize = 1 << 20;
    match size_of::<T>() {
        0 => 0,
        size => hint.unwrap_or(0).min(MAX_BYTES / size),
    }
}
