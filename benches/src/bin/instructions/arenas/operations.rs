//! What the columns stand for.

/// A column.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    /// The number of instructions that our arena is to reach.
    pub(super) goal: f64,
    pub(super) around: Loop,
    /// Whether an arena that never reuses a block before its reset does less here than the others.
    pub(super) reuses: bool,
}

/// The empty loop whose instructions do not count.
#[derive(Clone, Copy)]
pub(super) enum Loop {
    /// It passes one value on.
    One,
    /// It passes two values on.
    Two,
    /// The loop counts.
    Counted,
}

const fn operation(name: &'static str, goal: f64, meaning: &'static str) -> Operation {
    Operation { name, meaning, goal, around: Loop::One, reuses: false }
}

pub(super) const OPERATIONS: [Operation; 9] = [
    operation("u32", 6.0, "allocate a u32; the compiler knows the layout, as in the next three"),
    operation("u64", 5.0, "allocate a u64"),
    operation("[u8; 24]", 5.0, "allocate 24 bytes of align 1"),
    operation("wide", 7.0, "allocate 64 bytes of align 16"),
    operation("size", 10.0, "allocate with align 8 and a size from a table; reading it counts"),
    operation("both", 15.0, "allocate with an align and a size from tables; reading them counts"),
    Operation {
        around: Loop::Two,
        reuses: true,
        ..operation(
            "2 and 2",
            24.0,
            "allocate two u64 and free them, the last first; in brackets where nothing is reused",
        )
    },
    operation("alloc", 7.0, "place a u64 by the arena's own method"),
    Operation {
        around: Loop::Counted,
        ..operation("push", 11.3, "Vec::push, 1000 into an empty vector; the loop counts")
    },
];
