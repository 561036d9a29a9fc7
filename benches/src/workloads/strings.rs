//! Workloads of strings, with std's `String` and with ours, both with the system allocator.

use std::fmt::Write;
use std::hint::black_box;

use janus_alloc::collections::{self, FromIn};
use janus_alloc::{System, format_in};

use super::beside_std::{Operation, turns};

/// Returns an ASCII text of `size` bytes.
fn ascii(size: usize) -> String {
    "the two faces of Janus look to the future and to the past. ".chars().cycle().take(size).collect()
}

/// Returns a text of about `size` bytes, with characters of one to four bytes.
fn mixed(size: usize) -> String {
    let mut mixed = String::new();
    mixed.extend("Jänus ☺ 𝄞, ".chars().cycle().take(size / 2));
    mixed
}

/// The operations on the strings that `$new!()`, `$reserved!(size)`, `$from!(text)` and `$format!(arguments)` return.
macro_rules! operations {
    ($module:ident, $new:ident, $reserved:ident, $from:ident, $format:ident) => {
        mod $module {
            use super::*;

            pub(super) fn push(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut string = $new!();
                    for _ in 0..size {
                        string.push(black_box('J'));
                    }
                    black_box(&string);
                });
            }

            pub(super) fn push_reserved(count: usize, size: usize) {
                let mut string = $reserved!(size);
                turns(count, size, |size| {
                    string.clear();
                    for _ in 0..size {
                        string.push(black_box('J'));
                    }
                    black_box(&mut string);
                });
            }

            pub(super) fn push_mixed(count: usize, size: usize) {
                let mixed = mixed(size);
                turns(count, size, |_| {
                    let mut string = $new!();
                    for char in mixed.chars() {
                        string.push(char);
                    }
                    black_box(&string);
                });
            }

            pub(super) fn push_str(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut string = $new!();
                    for _ in 0..size / 5 {
                        string.push_str(black_box("Janus"));
                    }
                    black_box(&string);
                });
            }

            pub(super) fn push_str_reserved(count: usize, size: usize) {
                let mut string = $reserved!(size);
                turns(count, size, |size| {
                    string.clear();
                    for _ in 0..size / 5 {
                        string.push_str(black_box("Janus"));
                    }
                    black_box(&mut string);
                });
            }

            pub(super) fn insert(count: usize, size: usize) {
                let mut string = $from!(&ascii(size));
                turns(count, size, |size| {
                    for index in 0..16 {
                        string.insert(black_box(size / 2 + index), black_box('J'));
                    }
                    string.truncate(size);
                    black_box(&mut string);
                });
            }

            pub(super) fn insert_str(count: usize, size: usize) {
                let mut string = $from!(&ascii(size));
                turns(count, size, |size| {
                    for index in 0..16 {
                        string.insert_str(black_box(size / 2 + index), black_box("Janus"));
                    }
                    string.truncate(size);
                    black_box(&mut string);
                });
            }

            pub(super) fn remove(count: usize, size: usize) {
                let mut string = $from!(&ascii(size));
                turns(count, size, |size| {
                    for _ in 0..16 {
                        black_box(string.remove(black_box(size / 2)));
                        string.push('J');
                    }
                    black_box(&mut string);
                });
            }

            pub(super) fn pop(count: usize, size: usize) {
                let ascii = ascii(size);
                let mut string = $reserved!(size);
                turns(count, size, |_| {
                    string.push_str(&ascii);
                    while let Some(char) = string.pop() {
                        black_box(char);
                    }
                });
            }

            pub(super) fn extend_chars(count: usize, size: usize) {
                let ascii = ascii(size);
                turns(count, size, |_| {
                    let mut string = $new!();
                    string.extend(black_box(&*ascii).chars().rev());
                    black_box(&string);
                });
            }

            pub(super) fn extend_mixed_chars(count: usize, size: usize) {
                let mixed = mixed(size);
                let mut string = $reserved!(mixed.len());
                turns(count, size, |_| {
                    string.clear();
                    string.extend(black_box(&*mixed).chars());
                    black_box(&mut string);
                });
            }

            pub(super) fn extend_texts(count: usize, size: usize) {
                let ascii = ascii(size);
                turns(count, size, |_| {
                    let mut string = $new!();
                    string.extend(black_box(&*ascii).split(' '));
                    black_box(&string);
                });
            }

            pub(super) fn clone(count: usize, size: usize) {
                let string = $from!(&ascii(size));
                turns(count, size, |_| {
                    black_box(black_box(&string).clone());
                });
            }

            pub(super) fn copy(count: usize, size: usize) {
                let ascii = ascii(size);
                turns(count, size, |_| {
                    black_box($from!(black_box(&*ascii)));
                });
            }

            pub(super) fn retain(count: usize, size: usize) {
                let mixed = mixed(size);
                let mut string = $reserved!(mixed.len());
                turns(count, size, |_| {
                    string.clear();
                    string.push_str(&mixed);
                    string.retain(|char| char != 'n');
                    black_box(&mut string);
                });
            }

            pub(super) fn drain(count: usize, size: usize) {
                let mixed = mixed(size);
                let mut string = $reserved!(mixed.len());
                turns(count, size, |_| {
                    string.clear();
                    string.push_str(&mixed);
                    for char in string.drain(1..) {
                        black_box(char);
                    }
                    black_box(&mut string);
                });
            }

            pub(super) fn replace(count: usize, size: usize) {
                let mut string = $from!(&ascii(size));
                turns(count, size, |size| {
                    string.replace_range(black_box(size / 2..size / 2 + 1), black_box("Janus"));
                    string.replace_range(black_box(size / 2..size / 2 + 5), black_box("J"));
                    black_box(&mut string);
                });
            }

            pub(super) fn format_text(count: usize, size: usize) {
                let ascii = ascii(size);
                turns(count, size, |size| {
                    black_box($format!("{}: {}", black_box(&*ascii), size));
                });
            }

            pub(super) fn format_lines(count: usize, size: usize) {
                turns(count, size, |size| {
                    for n in 0..size / 10 {
                        black_box($format!("{} and {n} faces", black_box("Janus")));
                    }
                });
            }

            pub(super) fn format_words(count: usize, size: usize) {
                turns(count, size, |size| {
                    for _ in 0..size / 10 {
                        black_box($format!("{}{}", black_box("Ja"), black_box("nus")));
                    }
                });
            }

            pub(super) fn write(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut string = $new!();
                    for n in 0..size / 10 {
                        write!(string, "{n} faces, ").expect("writing to a string cannot fail");
                    }
                    black_box(&string);
                });
            }

            pub(super) fn drop_many(count: usize, size: usize) {
                turns(count, size, |size| {
                    let strings: Vec<_> = (0..size / 10).map(|_| $from!(black_box("Janus"))).collect();
                    drop(black_box(strings));
                });
            }
        }
    };
}

macro_rules! std_new {
    () => {
        String::new()
    };
}

macro_rules! std_reserved {
    ($size:expr) => {
        String::with_capacity($size)
    };
}

macro_rules! std_from {
    ($text:expr) => {
        String::from($text)
    };
}

macro_rules! our_new {
    () => {
        collections::String::new_in(System)
    };
}

macro_rules! our_reserved {
    ($size:expr) => {
        collections::String::with_capacity_in($size, System)
    };
}

macro_rules! our_from {
    ($text:expr) => {{
        let text: &str = $text;
        collections::String::from_in(text, System)
    }};
}

macro_rules! our_format {
    ($($format:tt)+) => {
        format_in!(in System, $($format)+)
    };
}

operations!(std_strings, std_new, std_reserved, std_from, format);
operations!(our_strings, our_new, our_reserved, our_from, our_format);

macro_rules! table {
    ($($name:literal: $operation:ident,)*) => {
        /// All operations.
        pub const OPERATIONS: &[Operation] = &[
            $(Operation { name: $name, std: std_strings::$operation, ours: our_strings::$operation },)*
        ];
    };
}
table! {
    "push": push,
    "push, reserved": push_reserved,
    "push, mixed": push_mixed,
    "push_str": push_str,
    "push_str, reserved": push_str_reserved,
    "insert in the middle": insert,
    "insert_str in the middle": insert_str,
    "remove from the middle": remove,
    "pop": pop,
    "extend of chars": extend_chars,
    "extend of mixed chars, reserved": extend_mixed_chars,
    "extend of texts": extend_texts,
    "clone": clone,
    "copy of a text": copy,
    "retain": retain,
    "drain": drain,
    "replace_range": replace,
    "format! of a text": format_text,
    "format! of lines": format_lines,
    "format! of words": format_words,
    "write!": write,
    "many, dropped": drop_many,
}
