//! Each collection over an allocator that fails now and then: a refused request is made again, and the result is the same as without
//! failures.

use std::fmt::Debug;

use janus_alloc::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Box as BoxIn, HashMapIn, HashSetIn, LinkedList, Rc, String as StringIn,
    Vec as VecIn, VecDeque,
};
use janus_alloc::{Failing, Limit, Pool, Stats, System};

type Parent<'a> = &'a Failing<Limit<Stats<System>>>;

/// Runs `work` with several rules and seeds. It must meet failures, and leave nothing.
#[track_caller]
fn with_failures(work: impl Fn(Parent<'_>)) {
    let new = || Limit::new(Stats::new(System), usize::MAX);
    let mut failures = 0;
    for seed in 0..5 {
        for one_in in [2, 3, 10] {
            for failing in [Failing::chance(new(), seed, one_in), Failing::chance(new(), seed, one_in).always_moving()]
            {
                work(&failing);
                failures += failing.failures();
                assert_eq!(failing.parent().used(), 0);
                assert_eq!(failing.parent().parent().snapshot().live_blocks(), 0);
            }
        }
    }
    assert!(failures > 30, "{failures}");
}

/// Does `work` until it succeeds.
fn again<T, E: Debug>(mut work: impl FnMut() -> Result<T, E>) -> T {
    (0..1000).find_map(|_| work().ok()).expect("one in two requests fails, not all")
}

const COUNT: u32 = 300;

fn mixed() -> impl Iterator<Item = u32> {
    (0..COUNT).map(|n| n * 37 % COUNT)
}

#[test]
fn vec() {
    with_failures(|parent| {
        let mut vec = VecIn::new_in(parent);
        mixed().for_each(|n| again(|| vec.try_push(n)));
        again(|| vec.try_insert(7, 1000));
        again(|| vec.try_shrink_to_fit());
        let clone = again(|| vec.try_clone());
        assert_eq!((vec.remove(7), vec.iter().copied().eq(mixed())), (1000, true));
        again(|| vec.try_extend_from_slice(&clone));
        assert_eq!(vec.len(), 2 * COUNT as usize + 1);
    });
}

#[test]
fn vec_deque() {
    with_failures(|parent| {
        let mut deque = VecDeque::new_in(parent);
        for n in mixed() {
            if n % 2 == 0 { again(|| deque.try_push_back(n)) } else { again(|| deque.try_push_front(n)) }
        }
        let other = again(|| deque.try_split_off(100));
        let odd = mixed().filter(|n| n % 2 == 1).collect::<Vec<_>>();
        let expected: Vec<u32> = odd.into_iter().rev().chain(mixed().filter(|n| n % 2 == 0)).collect();
        assert!(deque.iter().chain(&other).copied().eq(expected));
    });
}

#[test]
fn string() {
    with_failures(|parent| {
        let mut text = StringIn::new_in(parent);
        mixed().for_each(|n| again(|| text.try_push(char::from_u32(0xC0 + n).unwrap())));
        again(|| text.try_insert_str(2, "more"));
        text.replace_range(2..6, "");
        assert!(text.chars().eq(mixed().map(|n| char::from_u32(0xC0 + n).unwrap())));
    });
}

#[test]
fn trees() {
    with_failures(|parent| {
        let mut map = BTreeMap::new_in(parent);
        let mut set = BTreeSet::new_in(parent);
        for n in mixed() {
            again(|| map.try_insert(n, n + 1));
            again(|| set.try_insert(n));
        }
        assert!(map.iter().map(|(&key, &value)| (key, value)).eq((0..COUNT).map(|n| (n, n + 1))));
        let mut other = again(|| map.try_split_off(&100));
        again(|| other.try_append(&mut map));
        assert_eq!((other.len(), map.len()), (COUNT as usize, 0));
        assert!(set.iter().copied().eq(0..COUNT));
    });
}

#[test]
fn heap_and_list() {
    with_failures(|parent| {
        let mut heap = BinaryHeap::new_in(parent);
        let mut list = LinkedList::new_in(parent);
        for n in mixed() {
            again(|| heap.try_push(n));
            again(|| list.try_push_back(n));
        }
        assert!(list.iter().copied().eq(mixed()));
        assert!(heap.into_sorted_vec().into_iter().eq(0..COUNT));
    });
}

#[test]
fn tables() {
    with_failures(|parent| {
        let mut map = HashMapIn::new_in(parent);
        let mut set = HashSetIn::new_in(parent);
        for n in mixed() {
            again(|| map.try_reserve(1));
            map.insert(n, n + 1);
            again(|| set.try_reserve(1));
            set.insert(n);
        }
        assert!((0..COUNT).all(|n| map[&n] == n + 1 && set.contains(&n)));
        assert_eq!((map.len(), set.len()), (COUNT as usize, COUNT as usize));
    });
}

#[test]
fn pointers() {
    with_failures(|parent| {
        let mut kept = Vec::new();
        for n in 0..50 {
            let boxed = again(|| BoxIn::try_new_in([n; 10], parent));
            let mut counted = again(|| Rc::try_new_in([n; 20], parent));
            let other = counted.clone();
            again(|| Rc::try_make_mut(&mut counted).map(|numbers| numbers[3] = 1));
            let shared = again(|| Arc::<[u32], _>::try_clone_from_ref_in(&[n; 30], parent));
            kept.push((boxed, counted, other, shared));
        }
        for (n, (boxed, counted, other, shared)) in (0..).zip(&kept) {
            assert_eq!((boxed[9], counted[3], other[3], shared[29], counted[4]), (n, 1, n, n, n));
        }
    });
}

#[test]
fn a_pool_between() {
    with_failures(|parent| {
        let pool = Pool::new_in(parent);
        let mut lists = VecIn::new_in(&pool);
        for n in mixed() {
            let mut list = VecIn::new_in(&pool);
            (0..n % 50).for_each(|m| again(|| list.try_push(m)));
            again(|| lists.try_reserve(1));
            lists.push(list);
        }
        assert!(lists.iter().zip(mixed()).all(|(list, n)| list.iter().copied().eq(0..n % 50)));
    });
}
