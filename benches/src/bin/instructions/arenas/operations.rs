//! The columns.

/// The operation of a column.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    /// The goal of our arena, in instructions.
    pub(super) goal: f64,
    pub(super) empty_loop: Loop,
    /// Whether an arena that reuses no block before its reset does less work than the others.
    pub(super) reuses: bool,
}

/// The empty loop whose instructions are subtracted.
#[derive(Clone, Copy)]
pub(super) enum Loop {
    /// The loop that passes one value through `black_box`.
    One,
    /// The loop that passes two values through `black_box`.
    Two,
    /// None: the loop counts.
    Counted,
}

const fn operation(name: &'static str, goal: f64, meaning: &'static str) -> Operation {
    Operation { name, meaning, goal, empty_loop: Loop::One, reuses: false }
}

pub(super) const OPERATIONS: [Operation; 9] = [
    operation("u32", 6.0, "allocate a u32; the compiler knows the layout, as in the next three"),
    operation("u64", 5.0, "allocate a u64"),
    operation("[u8; 24]", 5.0, "allocate 24 bytes of align 1"),
    operation("wide", 7.0, "allocate 64 bytes of align 16"),
    operation("size", 10.0, "allocate with align 8 and a size from a table; reading it counts"),
    operation("both", 15.0, "allocate with an align and a size from tables; reading them counts"),
    Operation {
        empty_loop: Loop::Two,
        reuses: true,
        ..operation(
            "2 and 2",
            24.0,
            "allocate two u64 and free them, the last first; in brackets where nothing is reused",
        )
    },
    operation("alloc", 7.0, "place a u64 by the arena's own method"),
    Operation {
        empty_loop: Loop::Counted,
        ..operation("push", 11.3, "Vec::push, 1000 into an empty vector; the loop counts")
    },
];
