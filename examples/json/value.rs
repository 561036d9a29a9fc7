//! A JSON value in an allocator.

use std::fmt;

use janus_alloc::api::Allocator;
use janus_alloc::collections::de::{DeserializeIn, In};
use janus_alloc::collections::{BTreeMap, FromIn, String, Vec};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Any JSON value. Its strings, arrays and objects live in `A`, with all they contain.
#[derive(Debug)]
pub(crate) enum Value<A: Allocator> {
    Null,
    Bool(bool),
    Number(Number),
    String(String<A>),
    Array(Vec<Value<A>, A>),
    Object(BTreeMap<String<A>, Value<A>, A>),
}

/// As `serde_json` reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

impl<A: Allocator> Value<A> {
    /// The value of a key, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(values) => values.get(key),
            _ => None,
        }
    }
}

impl<'de, A: Allocator + Clone> DeserializeIn<'de, A> for Value<A> {
    fn deserialize_in<D: Deserializer<'de>>(deserializer: D, allocator: A) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(allocator))
    }
}

struct AnyValue<A>(A);

impl<'de, A: Allocator + Clone> Visitor<'de> for AnyValue<A> {
    type Value = Value<A>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<A>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<A>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<A>, E> {
        Ok(Value::Number(Number::Natural(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<A>, E> {
        Ok(Value::Number(Number::Negative(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<A>, E> {
        Ok(Value::Number(Number::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value<A>, E> {
        String::try_from_in(value, self.0).map(Value::String).map_err(E::custom)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Value<A>, S::Error> {
        let mut values = Vec::new_in(self.0.clone());
        while let Some(value) = sequence.next_element_seed(In(self.0.clone()).seed())? {
            values.try_push(value).map_err(S::Error::custom)?;
        }
        Ok(Value::Array(values))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value<A>, M::Error> {
        let mut values = BTreeMap::new_in(self.0.clone());
        while let Some(key) = map.next_key_seed(In(self.0.clone()).seed())? {
            let value = map.next_value_seed(In(self.0.clone()).seed())?;
            values.try_insert(key, value).map_err(M::Error::custom)?;
        }
        Ok(Value::Object(values))
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
            Self::Object(values) => values.serialize(serializer),
        }
    }
}
