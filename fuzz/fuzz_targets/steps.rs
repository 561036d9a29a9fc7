//! Sequences that take all of an input. The sequences of `Arbitrary` end with some probability at each element, and
//! stay short.

use std::ops::Deref;

use arbitrary::{Arbitrary, Result, Unstructured};

/// Steps up to the end of the input.
#[derive(Debug)]
pub(crate) struct Steps<S>(pub(crate) Vec<S>);

impl<'a, S: Arbitrary<'a>> Arbitrary<'a> for Steps<S> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut steps = Vec::new();
        while !input.is_empty() {
            steps.push(input.arbitrary()?);
        }
        Ok(Self(steps))
    }
}

/// Up to 40 numbers.
#[derive(Debug)]
pub(crate) struct Numbers(Vec<u8>);

impl<'a> Arbitrary<'a> for Numbers {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let length = input.int_in_range(0..=40)?;
        Ok(Self(input.bytes(input.len().min(length))?.to_vec()))
    }
}

impl Deref for Numbers {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
