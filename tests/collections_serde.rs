//! Collections serialize as std's do, and deserialize into an allocator.
//!
//! This is a test binary of its own because serde_json's `impl PartialEq<Value> for u64` makes comparisons with `[]` ambiguous.
#![cfg(all(feature = "serde", feature = "std"))]

#[allow(dead_code, reason = "the tests of the collections include this file too")]
#[path = "collections/ledger.rs"]
mod ledger;
/// The `Value` of the example `json`.
#[path = "../examples/json/value.rs"]
mod value;

use std::collections::{BTreeMap as StdMap, BTreeSet as StdSet};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::num::NonZero;
use std::time::Duration;

use janus_alloc::collections::de::{DeserializeIn, In};
use janus_alloc::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Box, DefaultHashBuilder, Frozen, HashMap, HashSet, LinkedList, Rc,
    String as StringIn, Vec, VecDeque,
};
use janus_alloc::{Arena, Null, Pool, vec_in};
use serde::de::value::{BytesDeserializer, Error, MapDeserializer, SeqDeserializer};
use serde::{Deserialize, Serialize};

use ledger::Ledger;

type A<'a> = &'a Arena;
type Table<K, V, A> = HashMap<K, V, DefaultHashBuilder, A>;

/// Deserializes all of `json` into `allocator`.
fn read<'de, T: DeserializeIn<'de, A>, A>(json: &'de str, allocator: A) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = In(allocator).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Deserializes `json` into `arena` and with the default allocator, and asserts that both values serialize to `json`.
#[track_caller]
fn round_trip<'de, T, D>(json: &'de str, arena: &'de Arena)
where
    T: DeserializeIn<'de, &'de Arena> + Serialize,
    D: Deserialize<'de> + Serialize,
{
    let value: T = read(json, arena).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    let by_default: D = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&by_default).unwrap(), json);
}

#[test]
fn a_deserialized_collection_serializes_to_the_same_text() {
    let arena = Arena::new();
    let texts = [r#"[]"#, r#"["one","two","three"]"#];
    for json in texts {
        round_trip::<Vec<Box<str, A>, A>, Vec<Box<str>>>(json, &arena);
        round_trip::<Box<[Rc<str, A>], A>, Box<[Rc<str>]>>(json, &arena);
        round_trip::<Rc<[Arc<str, A>], A>, Rc<[Arc<str>]>>(json, &arena);
        round_trip::<Arc<[Vec<char, A>], A>, Arc<[std::string::String]>>("[]", &arena);
        round_trip::<Vec<&str, A>, Vec<&str>>(json, &arena);
        round_trip::<LinkedList<StringIn<A>, A>, LinkedList<StringIn>>(json, &arena);
        round_trip::<VecDeque<StringIn<A>, A>, VecDeque<StringIn>>(json, &arena);
        round_trip::<Frozen<VecDeque<Frozen<StringIn<A>>, A>>, Vec<Frozen<StringIn>>>(json, &arena);
        round_trip::<Vec<String, A>, Vec<String>>(json, &arena);
    }
    for json in ["[]", "[-1,0,7]"] {
        round_trip::<Arc<[i8], A>, Arc<[i8]>>(json, &arena);
        round_trip::<BTreeSet<i64, A>, BTreeSet<i64>>(json, &arena);
        round_trip::<Frozen<Vec<i16, A>>, Frozen<Vec<i16>>>(json, &arena);
        round_trip::<Frozen<BTreeSet<i64, A>>, Frozen<BTreeSet<i64>>>(json, &arena);
    }
    for json in ["{}", r#"{"1":[],"22":[null,[0.5,true]]}"#] {
        round_trip::<BTreeMap<u8, Vec<Option<(f64, bool)>, A>, A>, BTreeMap<u8, Vec<Option<(f64, bool)>>>>(
            json, &arena,
        );
    }
    for json in ["{}", r#"{"one":1}"#] {
        round_trip::<Table<Box<str, A>, Box<u32, A>, A>, HashMap<Box<str>, Box<u32>>>(json, &arena);
        round_trip::<Frozen<Table<Frozen<Box<str, A>>, Frozen<Rc<u32, A>>, A>>, Frozen<HashMap<Box<str>, u32>>>(
            json, &arena,
        );
    }
    round_trip::<HashSet<Rc<str, A>, DefaultHashBuilder, A>, HashSet<Rc<str>>>(r#"["one"]"#, &arena);
    round_trip::<Box<Rc<Arc<[Box<str, A>; 2], A>, A>, A>, Box<Rc<Arc<[Box<str>; 2]>>>>(r#"["one","two"]"#, &arena);
    round_trip::<BinaryHeap<u8, A>, BinaryHeap<u8>>("[3,1,2]", &arena);
    round_trip::<Vec<(), A>, Vec<()>>("[null,null]", &arena);
    type Eight<S> = (u8, i16, char, S, Option<S>, (S,), [u8; 0], bool);
    round_trip::<Eight<Box<str, A>>, Eight<Box<str>>>(r#"[1,-2,"c","d",null,["f"],[],false]"#, &arena);
}

#[test]
fn types_without_an_allocator_deserialize_as_by_serde() {
    #[track_caller]
    fn plain<T: for<'de> DeserializeIn<'de, Null> + PartialEq + Debug>(json: &str, expected: T) {
        assert_eq!(read::<T, _>(json, Null).unwrap(), expected);
    }

    plain("255", u8::MAX);
    plain("65535", u16::MAX);
    plain("4294967295", u32::MAX);
    plain("18446744073709551615", u64::MAX);
    plain("340282366920938463463374607431768211455", u128::MAX);
    plain("7", 7_usize);
    plain("-128", i8::MIN);
    plain("-32768", i16::MIN);
    plain("-2147483648", i32::MIN);
    plain("-9223372036854775808", i64::MIN);
    plain("-170141183460469231731687303715884105728", i128::MIN);
    plain("-7", -7_isize);
    plain("0.5", 0.5_f32);
    plain("0.1", 0.1_f64);
    plain("true", true);
    plain(r#""ü""#, 'ü');
    plain("null", ());
    plain(r#""text""#, String::from("text"));
    plain(r#"{"secs":1,"nanos":5}"#, Duration::new(1, 5));
    plain("7", NonZero::new(7_u8).unwrap());
    plain("-7", NonZero::new(-7_i64).unwrap());
    plain("null", PhantomData::<str>);
    plain("null", None::<u8>);
    plain("1", Some(1_u8));
    plain("[[1,2],[3,4]]", [[1, 2], [3, 4_u8]]);
    plain("[]", [] as [u8; 0]);
    plain("[1,[2,3]]", (1_u8, (2_u16, 3_i64)));
    assert!(read::<NonZero<u8>, _>("0", Null).is_err());
    assert_eq!(
        In(Null).deserialize::<&[u8], _>(serde::de::value::BorrowedBytesDeserializer::<Error>::new(b"ab")),
        Ok(&b"ab"[..])
    );
}

/// The `Deserialize` of a collection creates its allocator by `Default`.
#[test]
fn collections_that_own_their_arena_deserialize() {
    let numbers: Vec<u8, Arena> = serde_json::from_str("[1,2,3]").unwrap();
    assert_eq!((&numbers[..], numbers.allocator().allocated_bytes() >= 3), (&[1, 2, 3][..], true));
    let map: BTreeMap<String, Vec<u8, Arena>, Arena> = serde_json::from_str(r#"{"a":[1]}"#).unwrap();
    assert_eq!(map["a"], [1]);
}

/// As in std, a map keeps the last value of a key, and a set keeps an element once.
#[test]
fn duplicates_are_merged_as_in_std() {
    let arena = Arena::new();
    let json = r#"{"a":1,"b":2,"a":3}"#;
    let std: StdMap<String, u8> = serde_json::from_str(json).unwrap();
    let map: BTreeMap<Box<str, _>, u8, _> = read(json, &arena).unwrap();
    let table: Table<Rc<str, _>, u8, _> = read(json, &arena).unwrap();
    assert_eq!((map.len(), map["a"], table.len(), table["a"]), (2, std["a"], 2, std["a"]));

    let std: StdSet<u8> = serde_json::from_str("[2,1,2]").unwrap();
    let set: BTreeSet<u8, _> = read("[2,1,2]", &arena).unwrap();
    let table: HashSet<u8, DefaultHashBuilder, _> = read("[2,1,2]", &arena).unwrap();
    assert!(set.iter().eq(&std) && table.len() == 2);
}

/// The errors have the texts of serde's own implementations.
#[test]
fn wrong_input_is_an_error_as_by_serde() {
    #[track_caller]
    fn same_error<'de, T, S>(json: &'de str, arena: &'de Arena)
    where
        T: DeserializeIn<'de, &'de Arena>,
        S: Deserialize<'de>,
    {
        let expected = serde_json::from_str::<S>(json).err().unwrap().to_string();
        assert_eq!(read::<T, _>(json, arena).err().unwrap().to_string(), expected);
    }

    let arena = Arena::new();
    same_error::<Vec<u8, A>, std::vec::Vec<u8>>("[1, 2, 300]", &arena);
    same_error::<Vec<u8, A>, std::vec::Vec<u8>>("[1, 2", &arena);
    same_error::<Vec<u8, A>, std::vec::Vec<u8>>("{}", &arena);
    same_error::<BTreeMap<u8, u8, A>, StdMap<u8, u8>>("[]", &arena);
    same_error::<BTreeMap<u8, u8, A>, StdMap<u8, u8>>(r#"{"1": 2, "x": 3}"#, &arena);
    same_error::<Box<str, A>, std::string::String>("7", &arena);
    same_error::<[u8; 3], [u8; 3]>("[1, 2]", &arena);
    same_error::<[u8; 3], [u8; 3]>("[1, 2, 3, 4]", &arena);
    same_error::<(u8, u8), (u8, u8)>("[1]", &arena);
    same_error::<(u8, u8), (u8, u8)>("[1, 2, 3]", &arena);
    same_error::<Option<(u8,)>, Option<(u8,)>>("[]", &arena);

    let bytes = |bytes| In(&arena).deserialize::<Box<str, _>, _>(BytesDeserializer::<Error>::new(bytes));
    assert_eq!(&*bytes(b"Janus").unwrap(), "Janus");
    assert_eq!(
        bytes(b"\xFF").unwrap_err().to_string(),
        String::deserialize(BytesDeserializer::<Error>::new(b"\xFF")).unwrap_err().to_string()
    );
}

/// An iterator with the largest size hint.
struct TooLargeHint<I>(I);

impl<I: Iterator> Iterator for TooLargeHint<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, Some(usize::MAX))
    }
}

/// A length in the input reserves at most 1 MiB.
#[test]
fn a_too_large_length_reserves_little() {
    fn sequence<I: Iterator>(iter: I) -> SeqDeserializer<TooLargeHint<I>, Error> {
        SeqDeserializer::new(TooLargeHint(iter))
    }

    let ledger = Ledger::new();
    let numbers: Vec<u64, _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert_eq!((&numbers[..], numbers.capacity()), (&[0, 1, 2][..], (1 << 20) / 8));
    let numbers: VecDeque<u64, _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert!(numbers.iter().eq(&[0, 1, 2]) && numbers.capacity() <= 1 << 17);
    let numbers: BinaryHeap<u64, _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert_eq!((numbers.peek(), numbers.capacity()), (Some(&2), (1 << 20) / 8));
    let units: Vec<(), _> = In(&ledger).deserialize(sequence([(); 3].into_iter())).unwrap();
    assert_eq!(units.len(), 3);
    let set: HashSet<u64, DefaultHashBuilder, _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert!(set.len() == 3 && set.allocation_size() < 4 << 20, "{}", set.allocation_size());
    let set: BTreeSet<u64, _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert!(set.iter().eq(&[0, 1, 2]));
    let slice: Rc<[u64], _> = In(&ledger).deserialize(sequence(0..3_u64)).unwrap();
    assert_eq!(*slice, [0, 1, 2]);
    let pairs = || MapDeserializer::<_, Error>::new(TooLargeHint((0..3_u64).map(|n| (n, n))));
    let table: Table<u64, u64, _> = In(&ledger).deserialize(pairs()).unwrap();
    assert!(table.len() == 3 && table.allocation_size() < 4 << 20, "{}", table.allocation_size());
    let map: BTreeMap<u64, u64, _> = In(&ledger).deserialize(pairs()).unwrap();
    assert_eq!(map.len(), 3);
    // The elements exceed the reserved capacity.
    let numbers: Vec<u64, _> = In(&ledger).deserialize(sequence(0..200_000_u64)).unwrap();
    assert!(numbers.iter().copied().eq(0..200_000));
    let by_default = Vec::<u64>::deserialize(sequence(0..3_u64)).unwrap();
    assert_eq!(by_default.capacity(), (1 << 20) / 8);
}

type L<'a> = &'a Ledger;
type Everything<'a> = (
    Vec<Box<str, L<'a>>, L<'a>>,
    (VecDeque<StringIn<L<'a>>, L<'a>>, BinaryHeap<u32, L<'a>>),
    BTreeMap<Rc<str, L<'a>>, Vec<u32, L<'a>>, L<'a>>,
    Table<Arc<str, L<'a>>, Box<u32, L<'a>>, L<'a>>,
    BTreeSet<Frozen<Box<str, L<'a>>>, L<'a>>,
    HashSet<Box<[u8], L<'a>>, DefaultHashBuilder, L<'a>>,
    (Rc<[Box<u8, L<'a>>], L<'a>>, Arc<[Rc<u8, L<'a>>], L<'a>>),
    Option<[Arc<u8, L<'a>>; 2]>,
);
const EVERYTHING: &str = r#"[
    ["one", "two", "three", "four", "five"],
    [["one", "", "two", "three", "four", "five"], [1, 3, 2, 4, 5]],
    {"one": [1, 2, 3, 4, 5], "two": [], "three": [7]},
    {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    ["one", "two", "three"],
    [[], [1, 2, 3, 4, 5, 6, 7, 8, 9], [7]],
    [[1, 2, 3], [4, 5, 6, 7, 8]],
    [1, 2]
]"#;

/// Everything built before the failure is freed.
#[test]
fn every_failed_allocation_is_an_error() {
    let ledger = Ledger::new();
    let everything: Everything<'_> = read(EVERYTHING, &ledger).unwrap();
    assert_eq!((everything.0.len(), everything.6.1.len()), (5, 5));
    let requests = ledger.requests();
    assert!(requests > 40, "{requests}");
    drop(everything);
    drop(ledger);

    for nth in 0..requests {
        let ledger = Ledger::failing(nth);
        let error = read::<Everything<'_>, _>(EVERYTHING, &ledger).err().unwrap_or_else(|| panic!("{nth}"));
        assert!(error.is_data(), "{error}");
        assert_eq!(ledger.live(), 0, "{nth}");
    }
}

const DOCUMENT: &str = r#"{"z":[null,true,[],{}],"a":{"n":[1,-2,0.5],"s":"text"},"m":"text","a":7}"#;

/// The value keeps the order of the text, and a look-up finds the last of equal keys.
#[test]
fn the_value_of_the_example_serializes_to_its_text() {
    let arena = Arena::new();
    let value: value::Value<A<'_>> = read(DOCUMENT, &arena).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), DOCUMENT);
    assert!(matches!(value.get("a"), Some(value::Value::Number(value::Number::Natural(7)))), "{value:?}");
    assert!(value.get("b").is_none() && value.get("a").unwrap().get("n").is_none());
    assert_eq!(serde_json::to_string(&read::<value::Value<A<'_>>, _>("-1", &arena).unwrap()).unwrap(), "-1");
}

/// Each failed allocation and each truncated text is an error, and everything built before it is freed.
#[test]
fn the_value_of_the_example_is_freed_at_an_error() {
    let ledger = Ledger::new();
    drop(read::<value::Value<L<'_>>, _>(DOCUMENT, &ledger).unwrap());
    assert_eq!(ledger.live(), 0);
    let requests = ledger.requests();
    assert!(requests > 12, "{requests}");
    for nth in 0..requests {
        let ledger = Ledger::failing(nth);
        assert!(read::<value::Value<L<'_>>, _>(DOCUMENT, &ledger).is_err_and(|error| error.is_data()), "{nth}");
        assert_eq!(ledger.live(), 0, "{nth}");
    }
    for end in 0..DOCUMENT.len() {
        assert!(read::<value::Value<L<'_>>, _>(&DOCUMENT[..end], &ledger).is_err(), "{end}");
        assert_eq!(ledger.live(), 0, "{end}");
    }
}

/// In an arena, the value holds slices of exact length. Growing vectors would leave their smaller buffers in the arena.
#[test]
fn the_value_of_the_example_wastes_little_of_an_arena() {
    const RECORDS: usize = 1000;
    let record = r#"{"id":1,"name":"a","tags":["b","c","d"],"at":{"x":1,"y":2,"z":3},"is":true,"values":[1,2,3,4,5]}"#;
    let text = format!("[{}]", vec![record; RECORDS].join(","));
    let arena = Arena::new();
    let value: value::Value<A<'_>> = read(&text, &arena).unwrap();
    let value::Value::Array(records) = &value else { panic!("{value:?}") };
    assert_eq!(records.len(), RECORDS);

    let size = size_of::<value::Value<A<'_>>>();
    let (values, keys, strings) = (18, 9, 4);
    // The size of a string is rounded up to a word. The stacks grow to twice their contents, and their smaller buffers take as much again.
    let needed = values * size + keys * size_of::<Box<str, A<'_>>>() + (keys + strings) * size_of::<usize>();
    let stacks = 4 * RECORDS * size;
    let allocated = arena.allocated_bytes();
    assert!(allocated <= RECORDS * needed + stacks + 4096, "{allocated} bytes for {RECORDS} records of {needed}");
}

#[test]
fn an_unreadable_element_frees_those_before_it() {
    let ledger = Ledger::new();
    for json in [r#"[["a"], ["b", 7]]"#, r#"[["a"], "#] {
        assert!(read::<Vec<Vec<Box<str, L<'_>>, L<'_>>, L<'_>>, _>(json, &ledger).is_err());
        assert!(read::<Rc<[Vec<Box<str, L<'_>>, L<'_>>], L<'_>>, _>(json, &ledger).is_err());
        assert_eq!(ledger.live(), 0);
    }
    assert!(read::<Table<Box<str, L<'_>>, Box<str, L<'_>>, L<'_>>, _>(r#"{"a": "b", "c": 7}"#, &ledger).is_err());
    assert_eq!(ledger.live(), 0);
}

/// A slice behind a pointer takes over the allocator of the vector it is built in, which need not be `Clone`.
#[test]
fn slices_that_own_their_pool_deserialize() {
    assert_eq!(*serde_json::from_str::<Rc<[u32], Pool>>("[1, 2]").unwrap(), [1, 2]);
    assert_eq!(*serde_json::from_str::<Arc<[StringIn], Pool>>(r#"["a"]"#).unwrap(), ["a"]);
    assert!(serde_json::from_str::<Box<[u32], Pool>>("[]").unwrap().is_empty());
}

#[test]
fn another_thread_serializes_a_frozen_collection() {
    let arena = Arena::new();
    let frozen = Frozen::new(vec_in![in &arena; 1, 2, 3]);
    let json = std::thread::scope(|threads| threads.spawn(|| serde_json::to_string(&frozen)).join().unwrap());
    assert_eq!(json.unwrap(), "[1,2,3]");
}
