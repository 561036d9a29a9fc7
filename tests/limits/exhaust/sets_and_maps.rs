//! `BTreeMap`, `BTreeSet`, `HashMapIn` and `HashSetIn`.

use janus_alloc::System;
use janus_alloc::collections::{
    BTreeMap, BTreeSet, CloneIn, CollectIn, FromIn, HashMapIn, HashSetIn, HashTable, btree_map,
};
use janus_alloc::testing::faults::FaultAllocator;

use super::token::{Token, tokens};
use super::{Figures, refused};

type Map<'a> = BTreeMap<Token, Token, &'a FaultAllocator>;
type Set<'a> = BTreeSet<Token, &'a FaultAllocator>;
type Hashed<'a> = HashMapIn<Token, Token, &'a FaultAllocator>;
type HashedSet<'a> = HashSetIn<Token, &'a FaultAllocator>;

fn pairs(first: u32, count: u32) -> impl Iterator<Item = (Token, Token)> + Clone {
    tokens(first, count).map(|key| (key.clone(), key))
}

/// Keys that come in no order.
fn mixed(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(move |n| n * 37 % count)
}

#[test]
fn btree_map() {
    let mut figures = Figures::new("BTreeMap");
    figures.case(|allocator| {
        let mut map: Map = BTreeMap::new_in(allocator);
        // Splits of leaves, of inner nodes, and of the root.
        for n in mixed(400) {
            map.try_insert(Token::new(n), Token::new(n))?;
        }
        assert!(map.keys().map(|key| key.value).eq(0..400));
        Ok(())
    });
    figures.case(|allocator| {
        let mut map: Map = BTreeMap::try_from_iter_in(pairs(0, 60), allocator)?;
        map.try_extend(pairs(30, 60))?;
        let mut other = map.try_split_off(&Token::new(40))?;
        other.try_extend(pairs(200, 30))?;
        map.try_append(&mut other)?;
        let clone = map.try_clone()?;
        assert!(clone == map && other.is_empty());
        Ok(())
    });
    figures.case(|allocator| {
        let mut map: Map = BTreeMap::new_in(allocator);
        for n in mixed(30) {
            let entry = map.entry(Token::new(n));
            match n % 4 {
                0 => drop(entry.try_or_insert(Token::new(n))?),
                1 => drop(entry.try_or_insert_with(|| Token::new(n))?),
                2 => drop(entry.try_or_insert_with_key(Clone::clone)?),
                _ => drop(entry.try_or_default()?),
            }
        }
        for n in 30..60 {
            match map.entry(Token::new(n)) {
                btree_map::Entry::Vacant(entry) if n % 2 == 0 => drop(entry.try_insert(Token::new(n))?),
                btree_map::Entry::Vacant(entry) => _ = entry.try_insert_entry(Token::new(n))?,
                btree_map::Entry::Occupied(_) => unreachable!(),
            }
            _ = map.entry(Token::new(100 + n)).try_insert_entry(Token::new(n))?;
        }
        Ok(())
    });
    figures.case(|allocator| {
        drop(pairs(0, 30).try_collect_in::<Map>(allocator)?);
        drop(BTreeMap::try_from_in([(Token::new(1), Token::new(2))], allocator)?);
        drop(BTreeMap::try_from_in(pairs(0, 20).collect::<std::collections::BTreeMap<_, _>>(), allocator)?);
        let in_system = BTreeMap::from_iter_in(pairs(0, 20), System);
        let clone: Map = in_system.try_clone_in(allocator)?;
        assert_eq!(clone.len(), 20);
        drop(BTreeMap::try_from_in(in_system, allocator)?);
        Ok(())
    });
}

#[test]
fn btree_set() {
    let mut figures = Figures::new("BTreeSet");
    figures.case(|allocator| {
        let mut set: Set = BTreeSet::new_in(allocator);
        for n in mixed(100) {
            set.try_insert(Token::new(n))?;
            set.try_replace(Token::new(n))?;
            set.try_replace(Token::new(1000 + n))?;
        }
        set.try_extend(tokens(500, 50))?;
        let mut other = set.try_split_off(&Token::new(50))?;
        set.try_append(&mut other)?;
        assert_eq!((set.try_clone()?.len(), other.len()), (250, 0));
        Ok(())
    });
    figures.case(|allocator| {
        drop(BTreeSet::try_from_iter_in(tokens(0, 30), allocator)?);
        drop(tokens(0, 30).try_collect_in::<Set>(allocator)?);
        drop(BTreeSet::try_from_in([Token::new(2), Token::new(1)], allocator)?);
        drop(BTreeSet::try_from_in(tokens(0, 20).collect::<std::collections::BTreeSet<_>>(), allocator)?);
        let in_system = BTreeSet::from_iter_in(tokens(0, 20), System);
        let clone: Set = in_system.try_clone_in(allocator)?;
        assert_eq!(clone.len(), 20);
        drop(BTreeSet::try_from_in(in_system, allocator)?);
        Ok(())
    });
}

#[test]
fn hash_map() {
    let mut figures = Figures::new("HashMapIn");
    figures.case(|allocator| {
        let mut map: Hashed = HashMapIn::new_in(allocator);
        for n in mixed(100) {
            map.try_reserve(1).map_err(refused)?;
            map.insert(Token::new(n), Token::new(n));
        }
        map.try_reserve(1000).map_err(refused)?;
        let clone: Hashed = map.try_clone_in(allocator)?;
        assert_eq!(clone.len(), 100);
        Ok(())
    });
    figures.case(|allocator| {
        drop(pairs(0, 30).try_collect_in::<Hashed>(allocator)?);
        drop(pairs(0, 30).filter(|_| true).try_collect_in::<Hashed>(allocator)?);
        drop(HashMapIn::try_from_in([(Token::new(1), Token::new(2))], allocator)?);
        drop(Hashed::try_from_in(pairs(0, 20).collect::<HashMapIn<_, _, System>>(), allocator)?);
        Ok(())
    });
}

#[test]
fn hash_set() {
    let mut figures = Figures::new("HashSetIn");
    figures.case(|allocator| {
        let mut set: HashedSet = HashSetIn::new_in(allocator);
        for n in mixed(100) {
            set.try_reserve(1).map_err(refused)?;
            set.insert(Token::new(n));
        }
        drop(tokens(0, 30).try_collect_in::<HashedSet>(allocator)?);
        drop(HashSetIn::try_from_in([Token::new(1), Token::new(2)], allocator)?);
        let clone: HashedSet = set.try_clone_in(allocator)?;
        assert_eq!(clone.len(), 100);
        Ok(())
    });
    figures.case(|allocator| {
        let mut table = HashTable::new_in(allocator);
        for n in mixed(50) {
            table.try_reserve(1, |token: &Token| u64::from(token.value)).map_err(refused)?;
            table.insert_unique(u64::from(n), Token::new(n), |token| u64::from(token.value));
        }
        Ok(())
    });
}
