//! Frozen collections: many threads read a collection whose allocator is for one thread.
#![cfg(feature = "std")]

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::Barrier;
use std::thread;

use janus_alloc::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Box, CollectIn, DefaultHashBuilder, Freezable, Frozen, HashMap, HashSet,
    HashTable, IntoIn, LinkedList, Rc, String as StringIn, Vec, VecDeque,
};
use janus_alloc::{Arena, Pool, SyncArena, System, vec_in};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

type A<'a> = &'a Arena;
type Table<K, V, A> = HashMap<K, V, DefaultHashBuilder, A>;

assert_impl_all!(Frozen<Vec<u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<Box<dyn Fn() + Sync, A<'static>>>: Sync);
assert_impl_all!(Frozen<StringIn<A<'static>>>: Sync);
assert_impl_all!(Frozen<VecDeque<u8, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<StringIn<A<'static>>>: Send, Clone, AsRef<StringIn<A<'static>>>);
assert_not_impl_any!(Frozen<VecDeque<Cell<u8>, A<'static>>>: Sync);
assert_impl_all!(Frozen<Rc<str, A<'static>>>: Sync);
assert_impl_all!(Frozen<Arc<str, A<'static>>>: Sync);
assert_impl_all!(Frozen<LinkedList<u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<BinaryHeap<u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<HashTable<u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<Table<u8, u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<HashSet<u8, DefaultHashBuilder, A<'static>>>: Sync);
assert_impl_all!(Frozen<BTreeMap<u8, u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<BTreeSet<u8, A<'static>>>: Sync);
assert_impl_all!(Frozen<Vec<u8, Rc<Pool>>>: Sync);
assert_impl_all!(Frozen<Vec<Frozen<Vec<u8, A<'static>>>, A<'static>>>: Sync);
// The thread of the allocator drops the collection.
assert_not_impl_any!(Frozen<Vec<u8, A<'static>>>: Send, Clone);
assert_not_impl_any!(Frozen<Rc<str>>: Send, Clone);
assert_not_impl_any!(Frozen<Arc<str, A<'static>>>: Send, Clone, AsRef<Arc<str, A<'static>>>);
assert_not_impl_any!(Frozen<LinkedList<u8, A<'static>>>: Send, Clone);
assert_not_impl_any!(Frozen<BinaryHeap<u8, A<'static>>>: Send, Clone);
assert_not_impl_any!(Frozen<HashTable<u8, A<'static>>>: Send, Clone);
assert_not_impl_any!(std::sync::Arc<Frozen<Vec<u8, A<'static>>>>: Send, Sync);
assert_not_impl_any!(&'static mut Frozen<Vec<u8, A<'static>>>: Send);
assert_impl_all!(Frozen<Vec<u8, Arena>>: Send, Sync);
assert_impl_all!(Frozen<Vec<Cell<u8>, Arena>>: Send);
// Readers share elements, keys, values and hashers, so these must be `Sync`.
assert_not_impl_any!(Frozen<Vec<Cell<u8>, Arena>>: Sync, Freezable);
assert_not_impl_any!(Frozen<Vec<Vec<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<Box<Box<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<Rc<RefCell<u8>>>: Sync);
assert_not_impl_any!(Frozen<Arc<Cell<u8>>>: Sync);
assert_not_impl_any!(Frozen<Arc<Box<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<LinkedList<Cell<u8>>>: Sync);
assert_not_impl_any!(Frozen<LinkedList<Vec<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<BinaryHeap<Cell<u8>>>: Sync);
assert_not_impl_any!(Frozen<BinaryHeap<Vec<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<HashTable<Cell<u8>, System>>: Sync);
assert_not_impl_any!(Frozen<HashTable<Box<u8, A<'static>>, A<'static>>>: Sync);
assert_not_impl_any!(Frozen<Table<Vec<u8, A<'static>>, u8, System>>: Sync);
assert_not_impl_any!(Frozen<Table<u8, Cell<u8>, System>>: Sync);
assert_not_impl_any!(Frozen<HashMap<u8, u8, NotShared, System>>: Sync);
assert_not_impl_any!(Frozen<HashSet<u8, NotShared, System>>: Sync);
assert_not_impl_any!(Frozen<HashSet<Cell<u8>, RandomState, System>>: Sync);
assert_not_impl_any!(Frozen<BTreeMap<Cell<u8>, u8>>: Sync);
assert_not_impl_any!(Frozen<BTreeMap<u8, Cell<u8>>>: Sync);
assert_not_impl_any!(Frozen<BTreeSet<Cell<u8>>>: Sync);
// Types of other crates are excluded: they may use their allocator in any way.
assert_not_impl_any!(Frozen<std::vec::Vec<u8>>: Sync);
assert_not_impl_any!(Frozen<u8>: Sync);
// A reference to the whole collection would lead to its allocator.
assert_not_impl_any!(Frozen<Vec<u8, A<'static>>>: AsRef<Vec<u8, A<'static>>>, Borrow<Vec<u8, A<'static>>>);
assert_not_impl_any!(Frozen<Vec<u8, A<'static>>>: std::ops::DerefMut, AsMut<[u8]>);
assert_eq_size!(Frozen<Vec<u8, A<'static>>>, Vec<u8, A<'static>>);

/// A hash builder that is not `Sync`: it counts its uses in a cell.
#[derive(Clone, Default)]
struct NotShared(Cell<u8>, DefaultHashBuilder);

impl BuildHasher for NotShared {
    type Hasher = <DefaultHashBuilder as BuildHasher>::Hasher;

    fn build_hasher(&self) -> Self::Hasher {
        self.0.set(self.0.get().wrapping_add(1));
        self.1.build_hasher()
    }
}

type Name<'a> = Frozen<Box<str, A<'a>>>;
type SharedNames<'a> = HashSet<Frozen<Rc<str, A<'a>>>, DefaultHashBuilder, A<'a>>;
type ByLength<'a> = BTreeMap<usize, Frozen<Vec<u64, A<'a>>>, A<'a>>;

/// Frozen collections of all kinds, nested, in one arena.
struct Index<'a> {
    numbers: Frozen<Table<Name<'a>, u64, A<'a>>>,
    names: Frozen<Vec<Name<'a>, A<'a>>>,
    set: Frozen<SharedNames<'a>>,
    by_length: Frozen<ByLength<'a>>,
    squares: Frozen<BTreeSet<u64, A<'a>>>,
    list: Frozen<LinkedList<Name<'a>, A<'a>>>,
    heap: Frozen<BinaryHeap<Frozen<Arc<str, A<'a>>>, A<'a>>>,
    table: Frozen<HashTable<(u64, Name<'a>), A<'a>>>,
}

impl<'a> Index<'a> {
    fn new(length: u64, arena: &'a Arena) -> Self {
        let name = |n: u64| Frozen::new(Box::clone_from_ref_in(&*"x".repeat(n as usize % 50).add(n), arena));
        let mut by_length = ByLength::new_in(arena);
        for n in 0..length {
            by_length.entry(name(n).len()).or_insert_with(|| Frozen::new(Vec::new_in(arena))).get_mut().push(n);
        }
        let mut numbers = HashMap::new_in(arena);
        numbers.extend((0..length).map(|n| (name(n), n)));
        let mut set = HashSet::new_in(arena);
        set.extend((0..length).map(|n| Frozen::new(Rc::<str, _>::clone_from_ref_in(&name(n), arena))));
        let mut squares = BTreeSet::new_in(arena);
        squares.extend((0..length).map(|n| n * n));
        let mut table = HashTable::new_in(arena);
        for n in 0..length {
            table.insert_unique(n % 100, (n, name(n)), |(n, _)| n % 100);
        }
        let mut heap = BinaryHeap::new_in(arena);
        heap.extend((0..length).map(|n| Frozen::new(Arc::<str, _>::clone_from_ref_in(&name(n), arena))));
        Self {
            list: (0..length).map(name).collect_in::<LinkedList<_, _>>(arena).into(),
            heap: heap.into(),
            table: table.into(),
            numbers: numbers.into(),
            names: (0..length).map(name).collect_in::<Vec<_, _>>(arena).into(),
            set: set.into(),
            by_length: by_length.into(),
            squares: squares.into(),
        }
    }

    fn check(&self, length: u64) {
        assert_eq!(self.names.len() as u64, length);
        assert_eq!(self.numbers.len() as u64, length);
        for (number, name) in (0..).zip(&self.names) {
            assert_eq!(self.numbers[&**name], number);
            assert_eq!(self.numbers.get_key_value(&**name), Some((name, &number)));
            assert!(self.set.contains(&**name) && self.set.get(&**name).is_some_and(|found| **found == **name));
            assert!(self.by_length[&name.len()].contains(&number));
            assert!(self.squares.contains(&(number * number)));
        }
        assert!(self.list.iter().eq(&self.names) && self.list.len() as u64 == length);
        assert_eq!((self.list.front(), self.list.back()), (self.names.first(), self.names.last()));
        assert_eq!(self.heap.peek().map(|name| &**name), self.names.iter().map(|name| &**name).max());
        assert_eq!(self.heap.iter().filter(|name| self.numbers.contains_key(&***name)).count() as u64, length);
        for (number, name) in &self.table {
            assert_eq!(self.names[*number as usize], *name);
            assert_eq!(self.table.find(number % 100, |(n, _)| n == number).map(|(_, name)| name), Some(name));
        }
        assert!(!self.numbers.contains_key("none") && self.numbers.get("none").is_none());
        assert_eq!(self.numbers.values().sum::<u64>(), length * (length - 1) / 2);
        assert_eq!(self.numbers.iter().filter(|(name, n)| self.names[**n as usize] == **name).count() as u64, length);
        assert_eq!(self.set.iter().filter(|name| self.numbers.contains_key(&***name)).count() as u64, length);
        assert!(self.squares.range(4..26).eq(&[4, 9, 16, 25]));
        assert_eq!(self.by_length.values().map(|numbers| numbers.len() as u64).sum::<u64>(), length);
        assert!(self.by_length.keys().is_sorted() && self.by_length.range(3..).all(|(&length, _)| length >= 3));
    }
}

trait Add {
    fn add(self, number: u64) -> Self;
}

impl Add for String {
    fn add(mut self, number: u64) -> Self {
        self.push_str(&number.to_string());
        self
    }
}

/// Meanwhile, the arena allocates, frees and resizes other blocks, in the same chunks and in new ones.
#[test]
fn threads_read_while_the_owner_uses_the_arena() {
    const LENGTH: u64 = 500;
    let arena = Arena::new();
    let index = Index::new(LENGTH, &arena);
    let barrier = Barrier::new(5);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                barrier.wait();
                index.check(LENGTH);
            });
        }
        barrier.wait();
        let mut more = Vec::new_in(&arena);
        for n in 0..10_000_u64 {
            more.push(n);
            let other = vec_in![in &arena; n; n as usize % 100];
            arena.scope(|scope| assert_eq!(*scope.alloc(n), n));
            if n % 100 == 0 {
                // The owner reads too.
                assert_eq!(index.names.len() as u64, LENGTH);
            }
            drop(other);
        }
        assert_eq!(more.iter().sum::<u64>(), 9999 * 5000);
    });
    index.check(LENGTH);
}

/// Readers do not touch the counts of an `Rc`, so its owner may clone and drop pointers at the same time.
#[test]
fn the_owner_clones_an_rc_while_threads_read_it() {
    let arena = Arena::new();
    let mut shared = Rc::<str, _>::clone_from_ref_in("two faces", &arena);
    let frozen = Frozen::new(shared.clone());
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| (0..1000).for_each(|_| assert_eq!(&*frozen, "two faces")));
        }
        for _ in 0..1000 {
            drop((shared.clone(), Rc::downgrade(&shared)));
            assert!(Rc::get_mut(&mut shared).is_none());
        }
    });
    drop(frozen);
    assert!(Rc::get_mut(&mut shared).is_some());
}

#[test]
fn a_frozen_collection_that_owns_its_arena_moves_between_threads() {
    let mut numbers = HashMap::new_in(Arena::new());
    numbers.extend((0..100_u64).map(|n| (n, n * n)));
    let numbers = std::sync::Arc::new(Frozen::new(numbers));
    let threads: [_; 4] = std::array::from_fn(|_| {
        let numbers = numbers.clone();
        thread::spawn(move || assert_eq!(numbers.iter().map(|(n, square)| square - n * n).sum::<u64>(), 0))
    });
    drop(numbers);
    threads.into_iter().for_each(|thread| thread.join().unwrap());

    let arena = Arc::new(SyncArena::new());
    let frozen = Frozen::new(vec_in![in arena.clone(); 1, 2, 3]);
    let mut thawed = thread::spawn(move || frozen.into_inner()).join().unwrap();
    thawed.push(4);
    assert_eq!(thawed, [1, 2, 3, 4]);
}

#[test]
fn traits_behave_as_those_of_the_contents() {
    fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
        static STATE: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
        STATE.get_or_init(RandomState::new).hash_one(value)
    }

    let (arena, pool) = (Arena::new(), Pool::new());
    let mut one = Frozen::new(vec_in![in &arena; 1, 2, 3]);
    let other = Frozen::new(vec_in![in &pool; 1, 2, 3]);
    assert_eq!(one, other);
    assert_eq!(hash(&one), hash(&[1, 2, 3][..]));
    assert_eq!(format!("{one:?}"), "[1, 2, 3]");
    assert_eq!((&one).into_iter().copied().collect::<std::vec::Vec<_>>(), [1, 2, 3]);
    let greater = Frozen::new(vec_in![in &arena; 2]);
    assert!(one < greater && one.cmp(&greater).is_lt());
    one.get_mut().push(4);
    assert_ne!(one, other);
    assert_eq!(<_ as AsRef<[i32]>>::as_ref(&one), Borrow::<[i32]>::borrow(&one));

    let text = Frozen::new(Box::<str, _>::clone_from_ref_in("Janus", &arena));
    assert_eq!((format!("{text:?} {text}"), hash(&text)), ("\"Janus\" Janus".into(), hash("Janus")));
    assert_eq!((text.as_ref(), Borrow::<str>::borrow(&text)), ("Janus", "Janus"));
    let shared = Frozen::new(Rc::<str, _>::clone_from_ref_in("Janus", &arena));
    assert_eq!((format!("{shared:?} {shared}"), hash(&shared)), ("\"Janus\" Janus".into(), hash("Janus")));

    let string = Frozen::new("Janus".into_in::<StringIn<_>>(&arena));
    assert_eq!((format!("{string:?} {string}"), hash(&string)), ("\"Janus\" Janus".into(), hash("Janus")));
    assert_eq!((AsRef::<str>::as_ref(&string), Borrow::<str>::borrow(&string)), ("Janus", "Janus"));
    let mut table = HashMap::<_, _, DefaultHashBuilder, _>::new_in(&arena);
    table.insert(string, 2);
    assert_eq!(table["Janus"], 2);
    let mut deque = VecDeque::new_in(&arena);
    deque.extend([2, 3]);
    deque.push_front(1);
    let deque = Frozen::new(deque);
    assert_eq!((deque.front(), deque.back(), deque.get(3), deque[1], deque.len()), (Some(&1), Some(&3), None, 2, 3));
    assert_eq!((format!("{deque:?}"), deque.as_slices().0.len() + deque.as_slices().1.len()), ("[1, 2, 3]".into(), 3));
    assert!(deque.iter().eq(&deque) && !deque.is_empty());

    let counted = Frozen::new(Arc::<str, _>::clone_from_ref_in("Janus", &arena));
    assert_eq!((format!("{counted:?} {counted}"), hash(&counted)), ("\"Janus\" Janus".into(), hash("Janus")));
    assert_eq!((counted.as_ref(), Borrow::<str>::borrow(&counted)), ("Janus", "Janus"));
    let list = Frozen::new([1, 2, 3].into_iter().collect_in::<LinkedList<_, _>>(&arena));
    assert_eq!((list.front(), list.back(), list.len()), (Some(&1), Some(&3), 3));
    assert_eq!((format!("{list:?}"), hash(&list)), ("[1, 2, 3]".into(), hash(&LinkedList::from([1, 2, 3]))));
    assert!(list.iter().eq(&list) && list.contains(&2) && !list.contains(&4) && !list.is_empty());
    assert_eq!(list, Frozen::new(LinkedList::from([1, 2, 3])));
    let mut heap = Frozen::new([1, 3, 2].into_iter().collect_in::<BinaryHeap<_, _>>(&arena));
    assert_eq!((heap.peek(), heap.as_slice()[0], heap.len(), heap.iter().sum::<i32>()), (Some(&3), 3, 3, 6));
    assert!(format!("{heap:?}").starts_with("[3, ") && heap.iter().eq(&heap) && !heap.is_empty());
    heap.get_mut().push(4);
    assert_eq!(heap.into_inner().into_sorted_vec(), [1, 2, 3, 4]);
    let mut table = HashTable::new_in(&arena);
    table.insert_unique(7, 'a', |_| 7);
    let table = Frozen::new(table);
    assert_eq!((table.find(7, |c| *c == 'a'), table.find(8, |_| false), table.len()), (Some(&'a'), None, 1));
    assert!(table.iter().eq(&table) && table.iter_hash(7).eq(&['a']) && !table.is_empty());
    assert_eq!(format!("{table:?}"), "{'a'}");

    let tree = Frozen::new(BTreeMap::from([(1, 'a'), (2, 'b')]));
    assert_eq!((tree.first_key_value(), tree.last_key_value()), (Some((&1, &'a')), Some((&2, &'b'))));
    assert_eq!((format!("{tree:?}"), tree.get(&2)), ("{1: 'a', 2: 'b'}".into(), Some(&'b')));
    assert!(tree.contains_key(&1) && tree.get_key_value(&3).is_none() && !tree.is_empty());
    assert_eq!(hash(&tree), hash(&BTreeMap::from([(1, 'a'), (2, 'b')])));
    assert_eq!((&tree).into_iter().count(), 2);
    let set = Frozen::new(BTreeSet::from([3, 1, 2]));
    assert_eq!((set.first(), set.last(), set.get(&2), set.len()), (Some(&1), Some(&3), Some(&2), 3));
    assert_eq!(format!("{set:?}"), "{1, 2, 3}");
    let table = Frozen::new(HashMap::<_, _>::from_iter([(1, 'a')]));
    assert_eq!(
        (format!("{table:?}"), &table),
        ("{1: 'a'}".into(), &Frozen::new(HashMap::<_, _>::from_iter([(1, 'a')])))
    );
    assert!(
        Frozen::<Vec<u8>>::default().is_empty()
            && Frozen::<Table<u8, u8, System>>::new(HashMap::new_in(System)).is_empty()
    );
}
