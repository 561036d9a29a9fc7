//! The cache of the example `lru` beside a model: a list of entries in the order of their use.

#[path = "../../examples/lru/cache.rs"]
mod cache;

use janus_alloc::collections::{Arc, Rc};
use janus_alloc::{Failing, Global, Limit, Locked, Pool};
use proptest::prelude::*;

use cache::Lru;

/// The entries of a cache, the newest last.
struct Model {
    entries: Vec<(String, String)>,
    max_entries: usize,
    max_bytes: usize,
    evictions: u64,
}

impl Model {
    fn get(&mut self, key: &str) -> Option<&str> {
        let at = self.entries.iter().position(|entry| entry.0 == key)?;
        let entry = self.entries.remove(at);
        self.entries.push(entry);
        self.entries.last().map(|entry| &*entry.1)
    }

    fn put(&mut self, key: &str, value: &str) -> bool {
        self.entries.retain(|entry| entry.0 != key);
        let bytes = key.len() + value.len();
        while self.entries.len() == self.max_entries || self.bytes() + bytes > self.max_bytes {
            if self.entries.is_empty() {
                return false;
            }
            self.entries.remove(0);
            self.evictions += 1;
        }
        self.entries.push((key.to_owned(), value.to_owned()));
        true
    }

    fn bytes(&self) -> usize {
        self.entries.iter().map(|(key, value)| key.len() + value.len()).sum()
    }
}

proptest! {
    #[test]
    fn is_as_its_model(
        max_entries in 1_usize..12,
        max_bytes in 0_usize..200,
        steps in prop::collection::vec((any::<bool>(), 0_usize..16, 0_usize..60), 0..400),
    ) {
        let memory = Rc::new(Limit::new(Global, usize::MAX));
        let mut cache = Lru::try_new_in(max_entries, memory.clone()).unwrap();
        // The limit leaves `max_bytes` for texts.
        let fixed = memory.used();
        memory.set_limit(fixed + max_bytes);
        let mut model = Model { entries: Vec::new(), max_entries, max_bytes, evictions: 0 };
        for (is_put, key, length) in steps {
            let key = "k".repeat(key);
            if is_put {
                let value = "v".repeat(length);
                prop_assert_eq!(cache.put(&key, &value).is_ok(), model.put(&key, &value));
            } else {
                prop_assert_eq!(cache.get(&key), model.get(&key));
            }
            prop_assert_eq!(cache.len(), model.entries.len());
            prop_assert_eq!(memory.used(), fixed + model.bytes());
            prop_assert_eq!(cache.evictions(), model.evictions);
        }
        // All entries, from the oldest on: what is found, and in which order they would be dropped.
        for (key, value) in &model.entries {
            prop_assert_eq!(cache.get(key), Some(&**value));
        }
        drop(cache);
        prop_assert_eq!(memory.used(), 0);
    }
}

/// The index is worn by removals again and again, and never moves to a larger block.
#[test]
fn takes_memory_for_texts_only() {
    let memory = Rc::new(Limit::new(Global, usize::MAX));
    for max_entries in [1, 3, 7, 14, 100, 1000] {
        let mut cache = Lru::try_new_in(max_entries, memory.clone()).unwrap();
        let fixed = memory.used();
        memory.set_limit(fixed + 8 * max_entries);
        for n in 0..20 * max_entries {
            cache.put(&format!("{n:07}"), "v").unwrap();
            assert!(memory.used() == fixed + 8 * cache.len());
        }
        assert_eq!(cache.len(), max_entries);
        drop(cache);
        memory.set_limit(usize::MAX);
    }
}

#[test]
fn a_failed_creation_is_an_error() {
    for nth in 0..2 {
        assert!(Lru::try_new_in(10, &Failing::from_nth(Global, nth)).is_err());
    }
}

/// A cache has no lifetime, and moves between threads with its memory.
#[test]
fn moves_between_threads() {
    let memory = Arc::new(Locked::new(Limit::new(Pool::new(), 10_000)));
    let mut cache = Lru::try_new_in(10, memory.clone()).unwrap();
    for n in 0..100 {
        cache = std::thread::spawn(move || {
            cache.put(&format!("{n}"), &"v".repeat(n)).unwrap();
            cache
        })
        .join()
        .unwrap();
    }
    assert_eq!((cache.len(), cache.evictions(), cache.get("99").map(str::len)), (10, 90, Some(99)));
    assert!(cache.allocator().with(|limit| limit.used()) > 0);
    std::thread::spawn(move || drop(cache)).join().unwrap();
    assert_eq!(memory.with(|limit| limit.parent().live_bytes()), 0);
}
