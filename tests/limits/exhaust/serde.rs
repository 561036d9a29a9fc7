//! Deserialization into an allocator.

use janus_alloc::collections::de::{DeserializeIn, In};
use janus_alloc::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Box as BoxIn, DefaultHashBuilder, Frozen, HashMap, HashSet, LinkedList, Rc,
    String as StringIn, Vec as VecIn, VecDeque,
};
use janus_alloc::testing::faults::FaultAllocator;

use super::{Figures, Outcome, Refused};

type A<'a> = &'a FaultAllocator;

const NUMBERS: &str = "[5, 1, 4, 2, 3, 9, 8, 7, 6, 0, 11, 12, 13, 14, 15]";
const TEXTS: &str = r#"["one", "two", "a longer text with a \"quote\" in it", ""]"#;
const MAP: &str = r#"{"one": [1, 2, 3], "two": [], "three": [4], "one more": [5, 6], "four": [7], "five": [8]}"#;

/// Deserializes a text that is correct, so the only error is that of a refused request.
fn read<'a, T: DeserializeIn<'a, A<'a>>>(json: &'a str, allocator: A<'a>) -> Outcome {
    let value = In(allocator).deserialize::<T, _>(&mut serde_json::Deserializer::from_str(json));
    value.map(drop).map_err(|error| {
        assert!(error.is_data(), "{error}");
        Refused
    })
}

#[test]
fn deserialize() {
    let mut figures = Figures::new("serde");
    figures.case(|allocator| read::<VecIn<u32, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<VecDeque<u32, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<LinkedList<u32, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<BinaryHeap<u32, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<BTreeSet<u32, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<HashSet<u32, DefaultHashBuilder, _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<BoxIn<[u32], _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<Rc<[u32], _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<Arc<[u32], _>>(NUMBERS, allocator));
    figures.case(|allocator| read::<VecIn<StringIn<A>, A>>(TEXTS, allocator));
    figures.case(|allocator| read::<VecIn<BoxIn<str, A>, A>>(TEXTS, allocator));
    figures.case(|allocator| read::<LinkedList<Rc<str, A>, A>>(TEXTS, allocator));
    figures.case(|allocator| read::<VecDeque<Arc<str, A>, A>>(TEXTS, allocator));
    figures.case(|allocator| read::<BTreeMap<StringIn<A>, VecIn<u8, A>, A>>(MAP, allocator));
    figures.case(|allocator| read::<HashMap<StringIn<A>, VecDeque<u8, A>, DefaultHashBuilder, A>>(MAP, allocator));
    figures.case(|allocator| read::<Frozen<BTreeMap<StringIn<A>, BTreeSet<u8, A>, A>>>(MAP, allocator));
    // Pointers to values, options, tuples and arrays of them.
    figures.case(|allocator| {
        type Nested<'a> = VecIn<(BoxIn<u8, A<'a>>, Option<Rc<StringIn<A<'a>>, A<'a>>>, [Arc<u8, A<'a>>; 2]), A<'a>>;
        read::<Nested>(r#"[[1, "text", [2, 3]], [4, null, [5, 6]]]"#, allocator)
    });
}
