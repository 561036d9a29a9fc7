//! Conversions to the vectors of allocator-api2 and std and back. They keep the block, and no element moves.

use janus_alloc::collections::Vec as VecIn;
use janus_alloc::vec_in;

use crate::elements::{Element, Number, Unit, live};
use crate::ledger::Ledger;

/// Converts a vector with spare capacity to `$theirs` and back, and then grows and shrinks it.
macro_rules! round_trip {
    ($name:ty => $theirs:ty, $ours:expr) => {{
        let mut ours = $ours;
        ours.reserve_exact(3);
        let parts = (ours.as_ptr(), ours.len(), ours.capacity());
        let mut theirs = <$theirs>::from(ours);
        assert_eq!((theirs.as_ptr(), theirs.len(), theirs.capacity()), parts);
        theirs.pop();
        let mut back: $name = theirs.into();
        assert_eq!((back.as_ptr(), back.len() + 1, back.capacity()), parts);
        back.extend((0..9).map(Element::new));
        back.shrink_to_fit();
        assert_eq!(live(), 10);
    }};
}

#[test]
fn vectors_convert_to_allocator_api2_and_back() {
    let ledger = Ledger::new();
    round_trip!(VecIn<_, _> => allocator_api2::vec::Vec<Number, &Ledger>, vec_in![in &ledger; Number::new(1), Number::new(2)]);
    round_trip!(VecIn<_, _> => allocator_api2::vec::Vec<Unit, &Ledger>, vec_in![in &ledger; Unit::new(1), Unit::new(2)]);
    assert_eq!(live(), 0);
}

#[cfg(not(feature = "std-trait"))]
#[test]
fn vectors_convert_to_std_and_back() {
    round_trip!(VecIn<_, _> => Vec<Number>, VecIn::from([Number::new(1), Number::new(2)]));
    round_trip!(VecIn<_, _> => Vec<Unit>, VecIn::from([Unit::new(1), Unit::new(2)]));
    let empty: Vec<u64> = VecIn::new().into();
    assert_eq!(VecIn::from(empty).capacity(), 0);
    assert_eq!(live(), 0);
}

#[cfg(feature = "allocator-api2-03")]
#[test]
fn vectors_convert_to_allocator_api2_03_and_back() {
    use allocator_api2_03::vec::Vec as Vec03;
    use janus_alloc::generations::{From03, To03};

    let ledger = Ledger::new();
    round_trip!(VecIn<_, &Ledger> => Vec03<Number, To03<&Ledger>>, vec_in![in &ledger; Number::new(1), Number::new(2)]);
    round_trip!(VecIn<_, From03<To03<janus_alloc::System>>> => Vec03<Number, To03<janus_alloc::System>>, vec_in![in From03(To03(janus_alloc::System)); Number::new(1), Number::new(2)]);
    assert_eq!(live(), 0);
}

#[cfg(feature = "allocator-api2-04")]
#[test]
fn vectors_convert_to_allocator_api2_04_and_back() {
    use allocator_api2_04::vec::Vec as Vec04;
    use janus_alloc::generations::{From04, To04};

    let ledger = Ledger::new();
    round_trip!(VecIn<_, &Ledger> => Vec04<Number, To04<&Ledger>>, vec_in![in &ledger; Number::new(1), Number::new(2)]);
    round_trip!(VecIn<_, From04<To04<janus_alloc::System>>> => Vec04<Number, To04<janus_alloc::System>>, vec_in![in From04(To04(janus_alloc::System)); Number::new(1), Number::new(2)]);
    assert_eq!(live(), 0);
}

#[cfg(feature = "nightly")]
#[test]
fn vectors_convert_to_std_with_an_allocator_and_back() {
    use janus_alloc::generations::{FromStd, ToStd};

    let ledger = Ledger::new();
    round_trip!(VecIn<_, &Ledger> => Vec<Number, ToStd<&Ledger>>, vec_in![in &ledger; Number::new(1), Number::new(2)]);
    let ours = vec_in![in FromStd(janus_alloc::System); Number::new(1), Number::new(2)];
    let start = ours.as_ptr();
    let mut theirs: Vec<Number, janus_alloc::System> = ours.into_std();
    assert_eq!(theirs.as_ptr(), start);
    theirs.push(Number::new(3));
    assert_eq!(VecIn::from_std(theirs).len(), 3);
    assert_eq!(live(), 0);
}
