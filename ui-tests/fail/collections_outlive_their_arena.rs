//! No collection may outlive its arena, even if it is empty or frozen.
use janus_alloc::Arena;
use janus_alloc::collections::{
    Arc, BTreeMap, BTreeSet, BinaryHeap, Frozen, HashMapIn, HashSetIn, HashTable, LinkedList, String, Vec, VecDeque, rc,
};

fn main() {
    let _string = {
        let arena = Arena::new();
        String::new_in(&arena)
    };
    let _deque = {
        let arena = Arena::new();
        VecDeque::<u8, _>::new_in(&arena)
    };
    let _heap = {
        let arena = Arena::new();
        BinaryHeap::<u8, _>::new_in(&arena)
    };
    let _map = {
        let arena = Arena::new();
        BTreeMap::<u8, u8, _>::new_in(&arena)
    };
    let _set = {
        let arena = Arena::new();
        BTreeSet::<u8, _>::new_in(&arena)
    };
    let _list = {
        let arena = Arena::new();
        LinkedList::<u8, _>::new_in(&arena)
    };
    let _hash_map = {
        let arena = Arena::new();
        HashMapIn::<u8, u8, _>::new_in(&arena)
    };
    let _hash_set = {
        let arena = Arena::new();
        HashSetIn::<u8, _>::new_in(&arena)
    };
    let _table = {
        let arena = Arena::new();
        HashTable::<u8, _>::new_in(&arena)
    };
    let _arc = {
        let arena = Arena::new();
        Arc::new_in(1, &arena)
    };
    let _weak = {
        let arena = Arena::new();
        rc::Weak::<u8, _>::new_in(&arena)
    };
    let _frozen = {
        let arena = Arena::new();
        Frozen::new(Vec::<u8, _>::new_in(&arena))
    };
}
