//! The twelve data structures.

use std::hash::{Hash, Hasher};

use fastrand::Rng;
use janus_alloc::api::Allocator;
use janus_alloc::collections::{FromIn, HashSetIn, String as StringIn, Vec as VecIn};

/// The length of the text from which strings are cut.
const TEXT: usize = 64 << 10;
/// The lengths of strings, as in the study. None fits into C++'s small-string buffer.
const LENGTHS: std::ops::Range<usize> = 33..1001;
/// The length of an inner structure.
const INNER: usize = 128;
/// The base-2 logarithm by which the work of nested structures is divided.
const NESTED_SHARE: u32 = 3;

/// The source of the elements.
pub(crate) struct Source {
    random: Rng,
    text: String,
    number: u32,
}

impl Source {
    pub(crate) fn new() -> Self {
        let mut random = Rng::with_seed(1);
        let text = (0..TEXT).map(|_| random.alphanumeric()).collect();
        Self { random, text, number: 0 }
    }
}

/// An element.
pub(crate) trait Value<A>: Sized {
    fn new(source: &mut Source, allocator: A) -> Self;
}

impl<A> Value<A> for u32 {
    fn new(source: &mut Source, _: A) -> Self {
        source.number = source.number.wrapping_add(1);
        source.number
    }
}

impl<A: Allocator> Value<A> for StringIn<A> {
    fn new(source: &mut Source, allocator: A) -> Self {
        let length = source.random.usize(LENGTHS);
        let start = source.random.usize(..TEXT - length);
        Self::from_in(&source.text[start..start + length], allocator)
    }
}

/// A structure of elements.
pub(crate) trait Structure<A> {
    type Item;

    fn with_capacity(length: usize, allocator: A) -> Self;
    fn add(&mut self, item: Self::Item);
}

impl<T, A: Allocator> Structure<A> for VecIn<T, A> {
    type Item = T;

    fn with_capacity(length: usize, allocator: A) -> Self {
        Self::with_capacity_in(length, allocator)
    }

    fn add(&mut self, item: T) {
        self.push(item);
    }
}

impl<T: Hash + Eq, A: Allocator> Structure<A> for HashSetIn<T, A> {
    type Item = T;

    fn with_capacity(length: usize, allocator: A) -> Self {
        Self::with_capacity_in(length, allocator)
    }

    fn add(&mut self, item: T) {
        self.insert(item);
    }
}

/// A structure as an element of a set. Its number distinguishes it from its copies.
pub(crate) struct Numbered<C> {
    number: u32,
    #[expect(dead_code, reason = "its memory is measured")]
    structure: C,
}

impl<C> PartialEq for Numbered<C> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<C> Eq for Numbered<C> {}

impl<C> Hash for Numbered<C> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// How a structure ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Dropped,
    /// The structure is forgotten, and the allocator frees its memory.
    WinkedOut,
}

/// The names of the structures, in the order of [`build`].
pub(crate) const NAMES: [&str; 12] = [
    "vector of int",
    "vector of string",
    "set of int",
    "set of string",
    "vector of vectors of int",
    "vector of vectors of string",
    "vector of sets of int",
    "vector of sets of string",
    "set of vectors of int",
    "set of vectors of string",
    "set of sets of int",
    "set of sets of string",
];

/// Returns the number of times that a structure of `2^size` elements is built to add `2^work` elements.
pub(crate) fn runs(structure: usize, size: u32, work: u32) -> u32 {
    let work = if structure < 4 { work } else { work.saturating_sub(NESTED_SHARE) };
    1 << work.saturating_sub(size)
}

/// Builds a structure of `length` elements in `allocator`, and ends it.
pub(crate) fn build<A: Allocator + Copy>(
    structure: usize,
    length: usize,
    source: &mut Source,
    allocator: A,
    ending: Ending,
) {
    macro_rules! flat {
        ($structure:ty) => {
            end(filled::<$structure, A>(length, source, allocator), ending)
        };
    }
    macro_rules! nested {
        ($outer:ident, $wrap:ident, $inner:ty) => {{
            let inner = filled::<$inner, A>(INNER, source, allocator);
            let mut outer = <$outer<_, A>>::with_capacity(length, allocator);
            for number in 0..length {
                outer.add($wrap(inner.clone(), number));
            }
            end(inner, ending);
            end(outer, ending)
        }};
    }
    match structure {
        0 => flat!(VecIn<u32, A>),
        1 => flat!(VecIn<StringIn<A>, A>),
        2 => flat!(HashSetIn<u32, A>),
        3 => flat!(HashSetIn<StringIn<A>, A>),
        4 => nested!(VecIn, plain, VecIn<u32, A>),
        5 => nested!(VecIn, plain, VecIn<StringIn<A>, A>),
        6 => nested!(VecIn, plain, HashSetIn<u32, A>),
        7 => nested!(VecIn, plain, HashSetIn<StringIn<A>, A>),
        8 => nested!(HashSetIn, numbered, VecIn<u32, A>),
        9 => nested!(HashSetIn, numbered, VecIn<StringIn<A>, A>),
        10 => nested!(HashSetIn, numbered, HashSetIn<u32, A>),
        _ => nested!(HashSetIn, numbered, HashSetIn<StringIn<A>, A>),
    }
}

fn plain<C>(structure: C, _: usize) -> C {
    structure
}

fn numbered<C>(structure: C, number: usize) -> Numbered<C> {
    Numbered { number: number as u32, structure }
}

fn filled<C: Structure<A>, A: Copy>(length: usize, source: &mut Source, allocator: A) -> C
where
    C::Item: Value<A>,
{
    let mut structure = C::with_capacity(length, allocator);
    (0..length).for_each(|_| structure.add(C::Item::new(source, allocator)));
    structure
}

fn end<C>(structure: C, ending: Ending) {
    let structure = std::hint::black_box(structure);
    if ending == Ending::WinkedOut {
        std::mem::forget(structure);
    }
}
