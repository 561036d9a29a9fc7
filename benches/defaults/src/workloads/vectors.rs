//! Vectors that grow by pushes, and vectors of strings.

use std::hint::black_box;

use fastrand::Rng;

/// The number of elements, which take 64 MiB.
const NUMBERS: u64 = 8 << 20;
const TIMES: u64 = 3;

/// Grows a vector to 64 MiB by pushes.
pub(super) fn growth() -> u64 {
    (0..TIMES)
        .map(|time| {
            let mut numbers = Vec::new();
            (0..NUMBERS).for_each(|number| numbers.push(number ^ time));
            black_box(&numbers).iter().sum::<u64>()
        })
        .sum()
}

const LISTS: usize = 120;
const STRINGS: usize = 20_000;
const LIVE_LISTS: usize = 8;

/// Builds many vectors of many strings, eight of which are live at a time.
pub(super) fn strings() -> u64 {
    let mut random = Rng::with_seed(0);
    let mut lists: Vec<Vec<String>> = vec![Vec::new(); LIVE_LISTS];
    let mut sum = 0;
    for number in 0..LISTS {
        let mut list = Vec::new();
        for _ in 0..STRINGS {
            let letter = char::from(random.u8(b'a'..=b'z'));
            let length = 1 + random.usize(..8) * random.usize(..8);
            let mut text = String::new();
            (0..length).for_each(|_| text.push(letter));
            list.push(text);
        }
        // Some strings are removed.
        list.retain(|text| !text.starts_with('q'));
        sum += list.iter().map(|text| text.len() as u64).sum::<u64>();
        lists[number % LIVE_LISTS] = list;
    }
    sum
}
