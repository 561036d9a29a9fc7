//! Random operations on boxed slices, compared with std's.

use std::boxed::Box as StdBox;

use janus_alloc::collections::{Box, Vec};
use proptest::prelude::{Just, Strategy, any, prop, proptest};

use crate::ledger::Ledger;

#[derive(Clone, Debug)]
enum Step {
    Clone,
    CloneFrom,
    Replace(std::vec::Vec<u8>),
    ThroughVec,
    ThroughRaw,
    ThroughOthers,
    Write(usize, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    proptest::prop_oneof![
        Just(Step::Clone),
        Just(Step::CloneFrom),
        bytes().prop_map(Step::Replace),
        Just(Step::ThroughVec),
        Just(Step::ThroughRaw),
        Just(Step::ThroughOthers),
        (any::<usize>(), any::<u8>()).prop_map(|(index, byte)| Step::Write(index, byte)),
    ]
}

proptest! {
    /// The operations run on two boxed slices of ours and on two of std's.
    #[test]
    fn random_steps_behave_as_in_std(steps in prop::collection::vec(step(), 0..50)) {
        let ledger = Ledger::new();
        let mut ours = [(); 2].map(|()| Box::<[u8], &Ledger>::from(Vec::new_in(&ledger)));
        let mut std = [(); 2].map(|()| StdBox::<[u8]>::default());
        for step in steps {
            let ([a, b], [x, y]) = (&mut ours, &mut std);
            match step {
                Step::Clone => (*b, *y) = (a.clone(), x.clone()),
                Step::CloneFrom => {
                    b.clone_from(a);
                    y.clone_from(x);
                }
                Step::Replace(bytes) => {
                    *a = Box::clone_from_ref_in(&*bytes, &ledger);
                    *x = bytes.into();
                }
                Step::ThroughVec => {
                    let mut vector = std::mem::replace(a, b.clone()).into_vec();
                    vector.push(7);
                    *b = vector.into();
                    let mut vector = std::mem::replace(x, y.clone()).into_vec();
                    vector.push(7);
                    *y = vector.into();
                }
                Step::ThroughRaw => {
                    let (pointer, allocator) = Box::into_raw_with_allocator(std::mem::replace(a, b.clone()));
                    // SAFETY: `into_raw_with_allocator` returned both.
                    *b = unsafe { Box::from_raw_in(pointer, allocator) };
                    *y = std::mem::replace(x, y.clone());
                }
                Step::ThroughOthers => {
                    // The other box would allocate and free a block of size 0, which the ledger refuses.
                    #[cfg(not(feature = "std-trait"))]
                    if !a.is_empty() {
                        let theirs: allocator_api2::boxed::Box<[u8], &Ledger> = a.clone().into();
                        *a = theirs.into();
                    }
                }
                Step::Write(index, byte) => {
                    if !a.is_empty() {
                        let index = index % a.len();
                        (a[index], x[index]) = (byte, byte);
                    }
                }
            }
            let expected: &[StdBox<[u8]>] = &std;
            assert!(ours.iter().map(|boxed| &**boxed).eq(expected.iter().map(|boxed| &**boxed)));
            assert_eq!(ours[0].cmp(&ours[1]), std[0].cmp(&std[1]));
            assert_eq!(ledger.live(), ours.iter().filter(|boxed| !boxed.is_empty()).count());
        }
        drop(ours);
        assert_eq!(ledger.live(), 0);
    }
}
