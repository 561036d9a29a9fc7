//! Strings in a map, sorted strings, and counted words.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};

use fastrand::Rng;

fn word(random: &mut Rng, least: usize, most: usize) -> String {
    let length = random.usize(least..=most);
    (0..length).map(|_| random.lowercase()).collect()
}

const KEYS: u64 = 20_000;
const VALUES: u64 = 300_000;
const REMOVED: u64 = 10_000;

/// Inserts into a `BTreeMap<String, Vec<String>>`, and removes from it.
pub(super) fn map() -> u64 {
    let mut random = Rng::with_seed(0);
    let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for number in 0..VALUES {
        let key = format!("key {}", random.u64(..KEYS));
        map.entry(key).or_default().push(format!("value {number}"));
    }
    for _ in 0..REMOVED {
        map.remove(&format!("key {}", random.u64(..KEYS)));
    }
    map.iter().map(|(key, values)| (key.len() + values.iter().map(String::len).sum::<usize>()) as u64).sum()
}

const LINES: usize = 200_000;

/// Sorts lines by their lower case, with `sort_by_cached_key`.
pub(super) fn sort() -> u64 {
    let mut random = Rng::with_seed(0);
    let lines: Vec<String> = (0..LINES).map(|_| word(&mut random, 5, 60).to_uppercase()).collect();
    let mut sum = 0;
    for _ in 0..2 {
        let mut sorted = lines.clone();
        sorted.sort_by_cached_key(|line| line.to_lowercase());
        assert!(sorted.is_sorted(), "the lines are not sorted");
        sum += sorted.iter().step_by(1000).map(|line| u64::from(line.as_bytes()[0])).sum::<u64>();
    }
    sum
}

const VOCABULARY: usize = 50_000;
const WORDS: usize = 2_000_000;

/// Counts the words of a text in a `HashMap<String, usize>`.
pub(super) fn count() -> u64 {
    let mut random = Rng::with_seed(0);
    let vocabulary: Vec<String> = (0..VOCABULARY).map(|_| word(&mut random, 2, 14)).collect();
    let mut counts: HashMap<String, usize, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    for _ in 0..WORDS {
        // Words of low index are the most frequent.
        let index = random.usize(..VOCABULARY).min(random.usize(..VOCABULARY)).min(random.usize(..VOCABULARY));
        *counts.entry(vocabulary[index].clone()).or_insert(0) += 1;
    }
    let total: usize = counts.values().sum();
    assert_eq!(total, WORDS);
    (total + counts.len()) as u64
}
