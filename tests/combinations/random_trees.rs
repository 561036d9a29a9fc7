//! Random trees of blocks, under random requests: contents, aligns, zeroes and disjointness as in a model, and in the end the bottom has
//! everything back.

use janus_alloc::api::Allocator;
use janus_alloc::{StackFirst, Stats, System, tag};
use proptest::prelude::*;

use crate::part::{Part, Plan};
use crate::shadow::{self, Operation};

fn unary(inner: BoxedStrategy<Plan>) -> BoxedStrategy<Plan> {
    let kinds: Vec<fn(Box<Plan>) -> Plan> = vec![
        Plan::Arena,
        Plan::SyncArena,
        Plan::Pool,
        Plan::SharedPool,
        Plan::Aligned,
        Plan::ByTag,
        Plan::Locked,
        Plan::Longer,
        #[cfg(feature = "profile")]
        Plan::Profile,
        Plan::Shared,
        Plan::Stats,
        Plan::Trace,
        Plan::Zeroizing,
    ];
    prop_oneof![
        12 => (prop::sample::select(kinds), inner.clone()).prop_map(|(kind, plan)| kind(Box::new(plan))),
        1 => (2..20_u32, any::<u64>(), inner.clone())
            .prop_map(|(one_in, seed, plan)| Plan::Failing(one_in, seed, Box::new(plan))),
        1 => (0..50_000_usize, inner.clone()).prop_map(|(bytes, plan)| Plan::Guard(bytes, Box::new(plan))),
        1 => (prop_oneof![0..100_000_usize, Just(usize::MAX)], inner)
            .prop_map(|(bytes, plan)| Plan::Limit(bytes, Box::new(plan))),
    ]
    .boxed()
}

/// Up to five blocks deep.
fn plan() -> impl Strategy<Value = Plan> {
    Just(Plan::Bottom).prop_recursive(5, 12, 2, |inner| {
        prop_oneof![
            3 => unary(inner.clone().boxed()),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(first, second)| Plan::Fallback(Box::new(first), Box::new(second))),
            1 => (0..600_usize, inner.clone(), inner)
                .prop_map(|(border, small, large)| Plan::Segregate(border, Box::new(small), Box::new(large))),
        ]
    })
}

/// Runs the operations on a tree, and on the tree behind a buffer, which is used by reference since it cannot be moved.
fn run(allocator: impl Allocator, operations: &[Operation]) {
    shadow::run(&allocator, operations);
    shadow::run(&&StackFirst::<512, _>::new(allocator), operations);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn give_all_back(plan in plan(), operations in shadow::operations()) {
        let _tag = tag("random trees");
        let bottom = Stats::new(System);
        match plan.build(&bottom) {
            Part::Plain(allocator) => run(allocator, &operations),
            Part::Owning(allocator) => run(allocator, &operations),
        }
        prop_assert_eq!((bottom.snapshot().live_bytes, bottom.snapshot().live_blocks()), (0, 0));
    }
}

/// Trees of all kinds are built.
#[test]
fn the_plans_have_all_kinds() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let texts: Vec<String> =
        (0..500).map(|_| format!("{:?}", plan().new_tree(&mut runner).unwrap().current())).collect();
    let kinds = [
        "Arena",
        "SyncArena",
        "Pool",
        "SharedPool",
        "Aligned",
        "ByTag",
        "Failing",
        "Guard",
        "Limit",
        "Locked",
        "Longer",
        "Shared",
        "Stats",
        "Trace",
        "Zeroizing",
        "Fallback",
        "Segregate",
    ];
    for kind in kinds {
        let with_it = texts.iter().filter(|text| text.contains(&format!("{kind}("))).count();
        assert!(with_it > 20, "{with_it} of {kind}");
    }
}
