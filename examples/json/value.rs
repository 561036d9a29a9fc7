//! A JSON value in an allocator.

use std::fmt;

use janus_alloc::api::Allocator;
use janus_alloc::collections::de::{DeserializeIn, In};
use janus_alloc::collections::{Box, Vec};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Any JSON value. Its strings, arrays and objects, and everything in them, are in blocks of an `A`.
// A tag of one word keeps the payload of each variant in separate words. With a tag of one byte, the `bool` would share
// a word with the tag, and moving a value would read a word that was written in two parts, which stalls the processor.
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Value<A: Allocator> {
    Null,
    Bool(bool),
    Number(Number),
    String(Box<str, A>),
    Array(Box<[Value<A>], A>),
    /// The entries, in the order of the text.
    Object(Box<[Entry<A>], A>),
}

/// A key and its value.
pub(crate) type Entry<A> = (Box<str, A>, Value<A>);

/// A number, as `serde_json` distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

impl<A: Allocator> Value<A> {
    /// Returns the value of a key, if this is an object with that key. If the key occurs several times, the last value
    /// counts.
    ///
    /// This searches all entries. Read objects with thousands of keys into a `BTreeMap` or a `HashMap` instead.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().rev().find(|entry| *entry.0 == *key).map(|(_, value)| value),
            _ => None,
        }
    }
}

impl<'de, A: Allocator + Clone> DeserializeIn<'de, A> for Value<A> {
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
        let mut unfinished = Unfinished { keys: Vec::new_in(allocator.clone()), values: Vec::new_in(allocator) };
        AnyValue(&mut unfinished).deserialize(deserializer)?;
        unfinished.values.pop().ok_or_else(|| D::Error::custom("no value"))
    }
}

/// Two stacks with the keys and values of unfinished arrays and objects.
///
/// At the end of an array or object, its part of the stacks moves into a slice of the right length. Growing a vector
/// for each of them would leave the former blocks behind in an arena.
struct Unfinished<A: Allocator> {
    keys: Vec<Box<str, A>, A>,
    values: Vec<Value<A>, A>,
}

impl<A: Allocator + Clone> Unfinished<A> {
    fn allocator(&self) -> A {
        self.values.allocator().clone()
    }

    fn push<E: Error>(&mut self, value: Value<A>) -> Result<(), E> {
        self.values.try_push(value).map_err(E::custom)
    }
}

/// Reads a value and pushes it onto the stack. Returning the value would move it once more.
struct AnyValue<'u, A: Allocator>(&'u mut Unfinished<A>);

impl<'de, A: Allocator + Clone> DeserializeSeed<'de> for AnyValue<'_, A> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, A: Allocator + Clone> Visitor<'de> for AnyValue<'_, A> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.push(Value::Number(Number::Natural(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.push(Value::Number(Number::Negative(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.push(Value::Number(Number::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let text = Box::try_clone_from_ref_in(value, self.0.allocator()).map_err(E::custom)?;
        self.0.push(Value::String(text))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<(), S::Error> {
        let start = self.0.values.len();
        while let Some(()) = sequence.next_element_seed(AnyValue(self.0))? {}
        let values = self.0.values.try_split_off(start).map_err(S::Error::custom)?;
        self.0.push(Value::Array(values.try_into_boxed_slice().map_err(S::Error::custom)?))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (first_key, start) = (self.0.keys.len(), self.0.values.len());
        while let Some(key) = map.next_key_seed(In(self.0.allocator()).seed())? {
            self.0.keys.try_push(key).map_err(M::Error::custom)?;
            map.next_value_seed(AnyValue(self.0))?;
        }
        let allocator = self.0.allocator();
        let entries = self.0.keys.drain(first_key..).zip(self.0.values.drain(start..));
        let entries = Vec::try_from_iter_in(entries, allocator).map_err(M::Error::custom)?;
        self.0.push(Value::Object(entries.try_into_boxed_slice().map_err(M::Error::custom)?))
    }
}

impl<A: Allocator> Serialize for Value<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(Number::Natural(value)) => serializer.serialize_u64(*value),
            Self::Number(Number::Negative(value)) => serializer.serialize_i64(*value),
            Self::Number(Number::Float(value)) => serializer.serialize_f64(*value),
            Self::String(value) => value.serialize(serializer),
            Self::Array(values) => values.serialize(serializer),
            Self::Object(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}
