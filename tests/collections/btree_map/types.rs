//! Sizes, auto traits and variance are those of std's types.

use std::cell::Cell;
use std::mem::size_of;
use std::panic::{RefUnwindSafe, UnwindSafe};

use janus_alloc::collections::btree_map;
use janus_alloc::{Arena, Global, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

type Std<K, V> = std::collections::BTreeMap<K, V>;
type Ours<K, V, A = Global> = btree_map::BTreeMap<K, V, A>;

assert_eq_size!(Ours<u64, u64>, Ours<u8, u8, System>, [usize; 2]);
assert_eq_size!(Ours<u64, u64, &'static Arena>, [usize; 3]);

/// A type that is `Send`, but neither `Sync` nor `RefUnwindSafe`.
type NotSync = Cell<u8>;
/// A type that is `Sync`, but not `Send`.
type NotSend = std::sync::MutexGuard<'static, u8>;
/// A type that is neither `Send` nor `Sync`.
type Neither = *mut u8;
/// An allocator for one thread.
type OneThread = Arena;

assert_impl_all!(Ours<u8, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Ours<NotSync, u8>: Send, Unpin);
assert_not_impl_any!(Ours<NotSync, u8>: Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Std<NotSync, u8>: Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Ours<u8, NotSync>: Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Ours<u8, NotSend>: Sync);
assert_not_impl_any!(Ours<u8, NotSend>: Send);
assert_not_impl_any!(Ours<u8, u8, &'static OneThread>: Send, Sync);
assert_impl_all!(Ours<u8, std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Std<u8, &'static mut u8>: UnwindSafe);
assert_impl_all!(Ours<u8, &'static mut u8>: UnwindSafe);

assert_impl_all!(btree_map::Iter<'static, u8, u8>: Send, Sync, Unpin, UnwindSafe);
assert_impl_all!(btree_map::Iter<'static, u8, NotSend>: Send, Sync);
assert_not_impl_any!(btree_map::Iter<'static, u8, NotSync>: Send, Sync, UnwindSafe);
assert_impl_all!(btree_map::IterMut<'static, u8, NotSync>: Send);
assert_not_impl_any!(btree_map::IterMut<'static, u8, NotSync>: Sync, UnwindSafe);
assert_not_impl_any!(btree_map::IterMut<'static, u8, NotSend>: Send, UnwindSafe);
assert_impl_all!(btree_map::IterMut<'static, u8, NotSend>: Sync);
assert_impl_all!(btree_map::IntoIter<u8, NotSync>: Send);
assert_not_impl_any!(btree_map::IntoIter<u8, NotSync>: Sync, UnwindSafe);
assert_impl_all!(btree_map::IntoIter<u8, &'static mut u8>: UnwindSafe, Unpin);
assert_not_impl_any!(btree_map::IntoIter<Neither, u8>: Send, Sync);
assert_impl_all!(btree_map::Range<'static, u8, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_map::Range<'static, NotSync, u8>: Send, Sync);
assert_impl_all!(btree_map::RangeMut<'static, NotSync, u8>: Send);
assert_not_impl_any!(btree_map::RangeMut<'static, NotSync, u8>: Sync);
assert_not_impl_any!(btree_map::RangeMut<'static, Neither, u8>: Send, Sync);
assert_impl_all!(btree_map::Entry<'static, u8, u8>: Send, Sync, Unpin);
assert_impl_all!(btree_map::OccupiedEntry<'static, u8, NotSync>: Send);
assert_not_impl_any!(btree_map::OccupiedEntry<'static, u8, NotSync>: Sync, UnwindSafe);
assert_not_impl_any!(btree_map::OccupiedEntry<'static, u8, NotSend>: Send);
assert_not_impl_any!(btree_map::VacantEntry<'static, NotSend, u8>: Send);
assert_impl_all!(btree_map::VacantEntry<'static, NotSend, u8>: Sync);
assert_not_impl_any!(btree_map::VacantEntry<'static, u8, u8, &'static OneThread>: Send, Sync);
assert_impl_all!(btree_map::ExtractIf<'static, u8, NotSync, std::ops::RangeFull, fn(&u8, &mut NotSync) -> bool>: Send);
assert_not_impl_any!(btree_map::ExtractIf<'static, u8, NotSync, std::ops::RangeFull, fn(&u8, &mut NotSync) -> bool>: Sync);

/// Compiles because the types are covariant in keys and values.
#[expect(dead_code, reason = "compiled, not called")]
mod variance {
    use super::btree_map::{BTreeMap, IntoIter, Iter, Keys, Range, Values};

    fn map<'a>(map: BTreeMap<&'static str, &'static u8>) -> BTreeMap<&'a str, &'a u8> {
        map
    }

    fn iter<'a>(iter: Iter<'static, &'static str, &'static u8>) -> Iter<'a, &'a str, &'a u8> {
        iter
    }

    fn range<'a>(range: Range<'static, &'static str, &'static u8>) -> Range<'a, &'a str, &'a u8> {
        range
    }

    fn keys<'a>(keys: Keys<'static, &'static str, &'static u8>) -> Keys<'a, &'a str, &'a u8> {
        keys
    }

    fn values<'a>(values: Values<'static, &'static str, &'static u8>) -> Values<'a, &'a str, &'a u8> {
        values
    }

    fn into_iter<'a>(iter: IntoIter<&'static str, &'static u8>) -> IntoIter<&'a str, &'a u8> {
        iter
    }
}

#[test]
fn types_are_no_larger_than_those_of_std() {
    assert!(size_of::<Ours<u8, u8>>() <= size_of::<Std<u8, u8>>());
    assert!(size_of::<Option<Ours<u8, u8>>>() <= size_of::<Option<Std<u8, u8>>>());
    assert!(size_of::<btree_map::Iter<'_, u8, u8>>() <= size_of::<std::collections::btree_map::Iter<'_, u8, u8>>());
    assert!(size_of::<btree_map::Range<'_, u8, u8>>() <= size_of::<std::collections::btree_map::Range<'_, u8, u8>>());
    assert!(size_of::<btree_map::IntoIter<u8, u8>>() <= size_of::<std::collections::btree_map::IntoIter<u8, u8>>());
}
