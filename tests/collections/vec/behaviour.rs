//! Behaviour that std documents.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{IoSlice, Write};

use janus_alloc::collections::{FromIn, IntoIn, Vec as VecIn};
use janus_alloc::{Arena, Global, System, vec_in};

use crate::elements::{Element, Number, live};
use crate::ledger::{Ledger, panics};

/// Returns the capacities of a vector while elements of `T` are pushed.
fn capacities<T: Default>(count: usize) -> Vec<usize> {
    let mut vec = VecIn::new_in(System);
    let mut std = Vec::new();
    let mut capacities = vec![vec.capacity()];
    for _ in 0..count {
        vec.push(T::default());
        std.push(T::default());
        assert_eq!(vec.capacity(), std.capacity());
        capacities.push(vec.capacity());
    }
    capacities.dedup();
    capacities
}

#[test]
fn the_capacity_doubles_as_in_std() {
    assert_eq!(capacities::<u8>(20), [0, 8, 16, 32]);
    assert_eq!(capacities::<u64>(20), [0, 4, 8, 16, 32]);
    assert_eq!(capacities::<[[u64; 32]; 5]>(5), [0, 1, 2, 4, 8]);
    assert_eq!(capacities::<()>(5), [usize::MAX]);
}

/// A vector calls `grow`, which keeps the last block of an arena in place.
#[test]
fn an_arena_grows_the_last_vector_in_place() {
    let arena = Arena::with_capacity(4096);
    let mut numbers = vec_in![in &arena; 1_u64];
    let start = numbers.as_ptr();
    numbers.extend(2..200);
    assert_eq!(numbers.as_ptr(), start);
}

#[test]
fn indexes_out_of_bounds_panic() {
    let ledger = Ledger::new();
    let vec = || vec_in![in &ledger; Number::new(0), Number::new(1)];
    assert!(panics(|| vec().insert(3, Number::new(2))));
    assert!(panics(|| vec().insert(usize::MAX, Number::new(2))));
    assert!(panics(|| vec().try_insert(usize::MAX, Number::new(2))));
    assert!(panics(|| vec().remove(2)));
    assert!(panics(|| vec().remove(usize::MAX)));
    assert!(panics(|| vec().swap_remove(2)));
    assert!(panics(|| vec().split_off(3)));
    assert!(panics(|| drop(vec().drain(1..3))));
    assert!(panics(|| drop(vec().drain(..=usize::MAX))));
    #[expect(clippy::reversed_empty_ranges, reason = "the panic is tested")]
    let reversed = panics(|| drop(vec().drain(2..1)));
    assert!(reversed);
    assert!(panics(|| vec().extend_from_within(3..)));
    assert!(panics(|| drop(vec().splice(3.., None))));
    assert!(panics(|| drop(vec().extract_if(..3, |_| true))));
    assert!(panics(|| vec()[2].number()));
    assert_eq!(vec().drain(2..).count(), 0);
    assert_eq!(live(), 0);
}

#[test]
fn vectors_compare_and_hash_as_slices() {
    let arena = Arena::new();
    let (ours, other) = (vec_in![in &arena; 1, 2, 3], vec_in![in System; 1, 2, 4]);
    assert_ne!(ours, other);
    assert!(ours < other && ours.partial_cmp(&other).is_some_and(|order| order.is_lt()));
    assert_eq!(ours.cmp(&ours.clone()), std::cmp::Ordering::Equal);
    assert_eq!(ours, [1, 2, 3]);
    assert_eq!(ours, &[1, 2, 3]);
    assert_eq!(ours, [1, 2, 3][..]);
    assert_eq!(ours, &[1, 2, 3][..]);
    assert_eq!(ours, &mut [1, 2, 3][..]);
    assert_eq!(ours, vec![1, 2, 3]);
    assert_eq!([1, 2, 3], ours);
    assert_eq!([1, 2, 3][..], ours);
    assert_eq!(&[1, 2, 3][..], ours);
    assert_eq!(&mut [1, 2, 3][..], ours);
    assert_eq!(vec![1, 2, 3], ours);
    assert_eq!(Cow::Borrowed(&[1, 2, 3][..]), ours);
    // The element types may differ.
    assert_eq!(vec_in![in System; "a", "b"], [String::from("a"), String::from("b")]);

    let hash = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    assert_eq!(hash(&|hasher| ours.hash(hasher)), hash(&|hasher| [1, 2, 3][..].hash(hasher)));
    let map = std::collections::HashMap::from([(VecIn::from([1, 2, 3]), "found")]);
    assert_eq!(map.get(&[1, 2, 3][..]), Some(&"found"));
}

#[test]
fn debug_output_lists_the_elements() {
    let mut numbers = vec_in![in System; 1, 2, 3];
    assert_eq!(format!("{numbers:?}"), "[1, 2, 3]");
    assert_eq!(format!("{:?}", numbers.clone().into_iter()), "IntoIter([1, 2, 3])");
    assert_eq!(format!("{:?}", numbers.drain(1..)), "Drain([2, 3])");
    assert!(!format!("{:?}", numbers.splice(.., 0..3)).is_empty());
    assert!(!format!("{:?}", numbers.extract_if(.., |_| true)).is_empty());
}

#[test]
fn bytes_are_written_to_a_vector() {
    let mut bytes = VecIn::new_in(System);
    bytes.write_all(b"ja").unwrap();
    write!(bytes, "{:.1}", "no").unwrap();
    assert_eq!(bytes.write_vectored(&[IoSlice::new(b"u"), IoSlice::new(b"s!")]).unwrap(), 3);
    bytes.flush().unwrap();
    assert_eq!(bytes, b"janus!");
    assert_eq!(bytes.write(b"?").unwrap(), 1);
}

#[test]
fn other_types_convert_into_vectors() {
    assert_eq!(VecIn::from([1, 2]), [1, 2]);
    assert_eq!(VecIn::from(&[1, 2]), [1, 2]);
    assert_eq!(VecIn::from(&mut [1, 2]), [1, 2]);
    assert_eq!(VecIn::from(&[1, 2][..]), [1, 2]);
    assert_eq!(VecIn::from(&mut [1, 2][..]), [1, 2]);
    assert_eq!(VecIn::from("ab"), b"ab");
    assert_eq!(VecIn::from(Cow::Borrowed(&[1, 2][..])), [1, 2]);
    assert_eq!(VecIn::from(Cow::Owned(vec![1, 2])), [1, 2]);
    assert_eq!((1..3).collect::<VecIn<_>>(), [1, 2]);
    assert_eq!((1..3).collect::<VecIn<_, System>>(), [1, 2]);
    assert!(VecIn::<u8, Global>::default().is_empty());

    let arena = Arena::new();
    assert_eq!(VecIn::from_in([1, 2], &arena), [1, 2]);
    assert_eq!(VecIn::from_in(&[1, 2], &arena), [1, 2]);
    assert_eq!(VecIn::from_in(&mut [1, 2], &arena), [1, 2]);
    assert_eq!(VecIn::from_in(&[1, 2][..], &arena), [1, 2]);
    assert_eq!(VecIn::from_in(&mut [1, 2][..], &arena), [1, 2]);
    assert_eq!(VecIn::from_in("ab", &arena), b"ab");
    assert_eq!(VecIn::from_in(Cow::Borrowed(&[1, 2][..]), &arena), [1, 2]);
    assert_eq!(VecIn::from_in(Cow::<[_]>::Owned(vec![1, 2]), &arena), [1, 2]);
    assert_eq!(VecIn::from_in(vec![1, 2].into_boxed_slice(), &arena), [1, 2]);
    let moved: VecIn<Number, &Arena> = vec![Number::new(1)].into_in(&arena);
    let moved: VecIn<Number, System> = moved.into_in(System);
    assert_eq!((moved.len(), live()), (1, 1));
    drop(moved);

    assert_eq!(<[i32; 2]>::try_from(VecIn::from([1, 2])), Ok([1, 2]));
    assert_eq!(<[i32; 3]>::try_from(VecIn::from([1, 2])), Err(VecIn::from([1, 2])));
}

#[cfg(not(feature = "std-trait"))]
#[test]
fn vectors_convert_into_boxes_and_back() {
    use janus_alloc::collections::Box;

    let array = Box::<[i32; 2]>::try_from(VecIn::from([1, 2])).unwrap();
    assert_eq!(*array, [1, 2]);
    let boxed: Box<[i32]> = VecIn::from([1, 2]).into();
    assert_eq!(VecIn::from(boxed), [1, 2]);
}

#[test]
fn vec_in_takes_all_forms_of_vec() {
    let arena = Arena::new();
    let empty: VecIn<u8, &Arena> = vec_in![in &arena];
    let also: VecIn<u8, &Arena> = vec_in![in &arena;];
    assert_eq!(empty, also);
    assert_eq!(vec_in![in &arena; 1, 2, 3,], [1, 2, 3]);
    assert_eq!(vec_in![in &arena; 1 + 1; 2 + 1], [2, 2, 2]);
    assert_eq!(vec_in![in Arena::<System>::new_in(System).parent(); 0; 2], [0, 0]);
    let order = std::cell::RefCell::new(Vec::new());
    let log = |word| order.borrow_mut().push(word);
    let _ = vec_in![in { log("allocator"); System }; { log("first"); 1 }, { log("second"); 2 }];
    assert_eq!(order.into_inner(), ["allocator", "first", "second"]);
    // With a count of 0, the element is dropped.
    assert!(vec_in![in System; Number::new(1); 0].is_empty());
    assert_eq!(vec_in![in System; Number::new(1); 3].len(), 3);
    assert_eq!(live(), 0);
}

/// `vec_in!` with a value of zero bytes and `zeroed_in` use zeroed memory. Other values are cloned.
#[test]
fn zeroed_vectors_hold_zeroes() {
    macro_rules! zeroes {
        ($($zero:expr),*) => {
            $(
                let ledger = Ledger::new();
                let zeroes = vec_in![in &ledger; $zero; 100];
                assert!(zeroes.iter().all(|zero| *zero == $zero));
                let mut zeroed = VecIn::zeroed_in(100, &ledger);
                zeroed.push($zero);
                assert!(zeroed.iter().all(|zero| *zero == $zero));
            )*
        };
    }
    zeroes!(
        0_u8,
        0_u16,
        0_u32,
        0_u64,
        0_u128,
        0_usize,
        0_i8,
        0_i64,
        0_f32,
        0_f64,
        false,
        '\0',
        None::<std::num::NonZero<u8>>,
        [0_u8; 3],
        ()
    );
    // -0.0 equals 0.0, but its bytes are not zero.
    assert!(vec_in![in System; -0.0_f64; 3].iter().all(|zero| zero.is_sign_negative()));
    assert_eq!(vec_in![in System; Some(0_u8); 3], [Some(0); 3]);
}

#[test]
fn a_vector_converts_into_raw_parts_and_leaks() {
    let ledger = Ledger::new();
    let mut vec = vec_in![in &ledger; 1, 2];
    vec.reserve_exact(5);
    let (start, length, capacity, allocator) = vec.into_raw_parts_with_allocator();
    assert_eq!((length, capacity, ledger.live()), (2, 7, 1));
    // SAFETY: `into_raw_parts_with_allocator` returned all four.
    let vec = unsafe { VecIn::from_raw_parts_in(start, length, capacity, allocator) };
    assert_eq!(vec, [1, 2]);

    let arena = Arena::new();
    let leaked: &mut [Number] = vec_in![in &arena; Number::new(7)].leak();
    assert_eq!((leaked[0].number(), live()), (7, 1));
}

#[test]
fn spare_capacity_can_be_written() {
    let mut bytes = VecIn::with_capacity_in(10, System);
    bytes.push(1_u8);
    let spare = bytes.spare_capacity_mut();
    assert_eq!(spare.len(), 9);
    spare[0].write(2);
    // SAFETY: the capacity is 10, and both elements are written.
    unsafe { bytes.set_len(2) };
    assert_eq!(bytes, [1, 2]);
}

#[test]
fn clone_from_reuses_the_block() {
    let ledger = Ledger::new();
    let mut vec = vec_in![in &ledger; 1, 2, 3];
    let start = vec.as_ptr();
    vec.clone_from(&vec_in![in &ledger; 4, 5]);
    assert_eq!((vec.as_ptr(), &vec[..]), (start, &[4, 5][..]));
}
