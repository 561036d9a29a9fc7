//! A document of any size.

use std::fmt::Write;

use fastrand::Rng;

/// Records with numbers, strings, arrays and a record inside, until there are so many bytes.
pub(crate) fn text(bytes: usize) -> String {
    let mut random = Rng::with_seed(0);
    let mut text = String::with_capacity(bytes + 1000);
    text.push('[');
    for id in 0.. {
        if text.len() >= bytes {
            break;
        }
        let mut word = || -> String {
            let length = random.usize(3..12);
            (0..length).map(|_| random.lowercase()).collect()
        };
        let (name, city, street, [a, b, c]) = (word(), word(), word(), [word(), word(), word()]);
        let comma = if id == 0 { "" } else { "," };
        let (active, number) = (id % 3 == 0, id % 100);
        write!(
            text,
            r#"{comma}{{"id":{id},"name":"{name}","active":{active},"score":{id}.25,"tags":["{a}","{b}","{c}"],
            "address":{{"city":"{city}","street":"{street}","number":{number}}},"values":[{id},{number},3,4,5]}}"#,
        )
        .expect("a string takes anything");
    }
    text.push(']');
    text
}
