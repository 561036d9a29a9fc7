use std::cmp::Ordering;

use janus_alloc::api::Allocator;

use super::Value;
use super::value::Number;

/// Sorts the keys of each object, and the elements of each array: numbers by value, then strings, then the rest.
///
/// Takes no memory, since it sorts in place. The depth is limited by the parser.
pub(crate) fn sort<A: Allocator>(value: &mut Value<A>) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(sort);
            values.sort_unstable_by(compare);
        }
        Value::Object(entries) => {
            entries.iter_mut().for_each(|(_, value)| sort(value));
            entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn compare<A: Allocator>(left: &Value<A>, right: &Value<A>) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => number(*left).total_cmp(&number(*right)),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        _ => kind(left).cmp(&kind(right)),
    }
}

fn number(number: Number) -> f64 {
    match number {
        Number::Natural(number) => number as f64,
        Number::Negative(number) => number as f64,
        Number::Float(number) => number,
    }
}

fn kind<A: Allocator>(value: &Value<A>) -> u8 {
    match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Null => 2,
        Value::Bool(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}
