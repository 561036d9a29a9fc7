//! Random steps, taken by a collection of ours and by one of std's.

use std::ops::Range;

/// An operation and two numbers for it.
pub(crate) type Step = (u8, u16, u16);

/// `operation` on both, with the same result.
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

/// A range within `length`.
pub(crate) fn range(length: usize, left: u16, right: u16) -> Range<usize> {
    let (left, right) = (usize::from(left) % (length + 1), usize::from(right) % (length + 1));
    left.min(right)..left.max(right)
}

/// Calls `$run::<T>` with random steps, for each type of elements.
macro_rules! with_all_elements {
    ($run:ident) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

            #[test]
            fn numbers_as_std(steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)) {
                $run::<$crate::elements::Number>(&steps);
            }

            #[test]
            fn elements_without_a_size_as_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::Unit>(&steps);
            }

            #[test]
            fn aligned_elements_as_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::Wide>(&steps);
            }

            #[test]
            fn aligned_elements_without_a_size_as_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..120)
            ) {
                $run::<$crate::elements::WideUnit>(&steps);
            }

            #[test]
            fn big_elements_as_std(
                steps in proptest::collection::vec(proptest::prelude::any::<$crate::steps::Step>(), 0..60)
            ) {
                $run::<$crate::elements::Big>(&steps);
            }
        }
    };
}
pub(crate) use with_all_elements;
