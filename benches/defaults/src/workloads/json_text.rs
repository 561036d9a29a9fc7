//! A JSON text.

use std::fmt::Write;

use fastrand::Rng;

/// Returns an array of records with numbers, strings, arrays and an inner record. `is_enough` decides by the numbers of records and bytes
/// when it ends.
pub(crate) fn text(is_enough: impl Fn(u64, usize) -> bool) -> String {
    let mut random = Rng::with_seed(0);
    let mut word = || -> String {
        let length = random.usize(3..12);
        (0..length).map(|_| random.lowercase()).collect()
    };
    let mut text = String::from("[");
    for id in 0.. {
        if is_enough(id, text.len()) {
            break;
        }
        let comma = if id == 0 { "" } else { "," };
        let (name, city, street, [a, b, c]) = (word(), word(), word(), [word(), word(), word()]);
        write!(
            text,
            r#"{comma}{{"id":{id},"name":"{name}","active":{},"score":{id}.25,"tags":["{a}","{b}","{c}"],
            "address":{{"city":"{city}","street":"{street}","number":{}}},"values":[{id},{},{},4,5]}}"#,
            id % 3 == 0,
            id % 100,
            id + 1,
            id * 2
        )
        .expect("writing to a string cannot fail");
    }
    text.push(']');
    text
}
