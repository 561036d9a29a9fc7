//! Random operations, run on a collection of ours and on one of std's.

use std::ops::Range;

/// An operation and two numbers for it.
pub(crate) type Step = (u8, u16, u16);

/// Runs `$operation` on both collections, and asserts that the results are equal.
macro_rules! both {
    ($ours:ident, $std:ident, |$collection:ident| $operation:expr) => {{
        let ours = {
            let $collection = &mut $ours;
            $operation
        };
        let std = {
            let $collection = &mut $std;
            $operation
        };
        assert_eq!(ours, std);
    }};
}
pub(crate) use both;

/// Returns a range within `length`, from two numbers.
pub(crate) fn range(length: usize, left: u16, right: u16) -> Range<usize> {
    let (left, right) = (usize::from(left) % (length + 1), usize::from(right) % (length + 1));
    left.min(right)..left.max(right)
}

/// Defines a test for each type of elements, which calls `$run::<T>` with random steps.
macro_rules! with_all_elements {
    ($run:ident) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

            #[test]
            fn numbers_behave_as_in_std(steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)) {
                $run::<$crate::elements::Number>(&steps);
            }

            #[test]
            fn zero_sized_elements_behave_as_in_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::Unit>(&steps);
            }

            #[test]
            fn aligned_elements_behave_as_in_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::Wide>(&steps);
            }

            #[test]
            fn aligned_zero_sized_elements_behave_as_in_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::WideUnit>(&steps);
            }

            #[test]
            fn big_elements_behave_as_in_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..60)
            ) {
                $run::<$crate::elements::Big>(&steps);
            }
        }
    };
}
pub(crate) use with_all_elements;
