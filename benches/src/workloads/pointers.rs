//! Workloads of `Box`, `Rc` and `Arc`, with std's types and with ours, both with the system allocator.

use std::hint::black_box;

use janus_alloc::{System, collections, unsize_arc, unsize_box, unsize_rc};

use super::Workload;

/// An operation with std's type and with ours.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The name of the row.
    pub name: &'static str,
    /// The operation with std's type.
    pub std: Workload,
    /// The operation with our type.
    pub ours: Workload,
}

/// A value of 8 words.
type Words = [u64; 8];
/// The length of slices and strings.
const LENGTH: usize = 100;

/// The operations of `Box`, `Rc` and `Arc`. The loops are the same for std's types and ours; the arguments are the constructors.
macro_rules! operations {
    (
        $module:ident: $box:ident, $rc:ident, $arc:ident, |$value:ident| $new_box:expr, $new_rc:expr, $new_arc:expr;
        $dyn_box:expr, $dyn_rc:expr, $dyn_arc:expr; |$text:ident| $text_box:expr, $text_rc:expr, $text_arc:expr
    ) => {
        mod $module {
            use super::*;

            fn new_box<T>($value: T) -> $box!(T) {
                $new_box
            }

            fn new_rc<T>($value: T) -> $rc!(T) {
                $new_rc
            }

            fn new_arc<T>($value: T) -> $arc!(T) {
                $new_arc
            }

            pub(super) mod boxes {
                use super::*;

                pub(in super::super) fn word(count: usize) {
                    for n in 0..count {
                        black_box(new_box(black_box(n as u64)));
                    }
                }

                pub(in super::super) fn words(count: usize) {
                    for n in 0..count {
                        black_box(new_box(black_box([n as u64; 8])));
                    }
                }

                pub(in super::super) fn cloned(count: usize) {
                    let boxed = new_box([7; 8]);
                    for _ in 0..count {
                        black_box(black_box(&boxed).clone());
                    }
                }

                pub(in super::super) fn slice(count: usize) {
                    let text = "x".repeat(LENGTH);
                    let $text = &*text;
                    let boxed: $box!(str) = $text_box;
                    for _ in 0..count {
                        black_box(black_box(&boxed).clone());
                    }
                }

                pub(in super::super) fn object(count: usize) {
                    for n in 0..count {
                        let $value: Words = black_box([n as u64; 8]);
                        let boxed: $box!(dyn AsRef<[u64]>) = $dyn_box;
                        black_box(black_box(boxed).as_ref().as_ref().len());
                    }
                }
            }

            operations!(counted rcs: $rc, new_rc, Rc, |$value| $dyn_rc; |$text| $text_rc);
            operations!(counted arcs: $arc, new_arc, Arc, |$value| $dyn_arc; |$text| $text_arc);
        }
    };
    (counted $module:ident: $rc:ident, $new:ident, $Rc:ident, |$value:ident| $dyn:expr; |$text:ident| $text_rc:expr) => {
        pub(super) mod $module {
            use super::*;

            pub(in super::super) fn word(count: usize) {
                for n in 0..count {
                    black_box($new(black_box(n as u64)));
                }
            }

            pub(in super::super) fn words(count: usize) {
                for n in 0..count {
                    black_box($new(black_box([n as u64; 8])));
                }
            }

            pub(in super::super) fn cloned(count: usize) {
                let rc = $new([7; 8]);
                for _ in 0..count {
                    black_box(black_box(&rc).clone());
                }
            }

            pub(in super::super) fn weak(count: usize) {
                let rc = $new([7; 8]);
                for _ in 0..count {
                    black_box(<$rc!(Words)>::downgrade(black_box(&rc)));
                }
            }

            pub(in super::super) fn upgraded(count: usize) {
                let rc = $new([7; 8]);
                let weak = <$rc!(Words)>::downgrade(&rc);
                for _ in 0..count {
                    black_box(black_box(&weak).upgrade());
                }
            }

            pub(in super::super) fn alone(count: usize) {
                let mut rc = $new([7; 8]);
                let mut rc = &mut rc;
                for n in 0..count {
                    rc = black_box(rc);
                    <$rc!(Words)>::make_mut(rc)[0] = n as u64;
                }
            }

            pub(in super::super) fn shared(count: usize) {
                let rc = $new([7; 8]);
                for n in 0..count {
                    let mut other = black_box(&rc).clone();
                    <$rc!(Words)>::make_mut(&mut other)[0] = n as u64;
                    black_box(other);
                }
            }

            pub(in super::super) fn text(count: usize) {
                let text = "x".repeat(LENGTH);
                for _ in 0..count {
                    let $text = black_box(&*text);
                    let rc: $rc!(str) = $text_rc;
                    black_box(rc);
                }
            }

            pub(in super::super) fn object(count: usize) {
                for n in 0..count {
                    let $value: Words = black_box([n as u64; 8]);
                    let rc: $rc!(dyn AsRef<[u64]>) = $dyn;
                    black_box(black_box(rc).as_ref().as_ref().len());
                }
            }
        }
    };
}

// std's types.
macro_rules! std_box {
    ($type:ty) => { std::boxed::Box<$type> };
}
macro_rules! std_rc {
    ($type:ty) => { std::rc::Rc<$type> };
}
macro_rules! std_arc {
    ($type:ty) => { std::sync::Arc<$type> };
}
// Our types.
macro_rules! our_box {
    ($type:ty) => { collections::Box<$type, System> };
}
macro_rules! our_rc {
    ($type:ty) => { collections::Rc<$type, System> };
}
macro_rules! our_arc {
    ($type:ty) => { collections::Arc<$type, System> };
}

operations! {
    in_std: std_box, std_rc, std_arc,
    |value| std::boxed::Box::new(value), std::rc::Rc::new(value), std::sync::Arc::new(value);
    std::boxed::Box::new(value), std::rc::Rc::new(value), std::sync::Arc::new(value);
    |text| text.into(), text.into(), text.into()
}
operations! {
    ours: our_box, our_rc, our_arc,
    |value| collections::Box::new_in(value, System), collections::Rc::new_in(value, System), collections::Arc::new_in(value, System);
    unsize_box!(collections::Box::new_in(value, System)),
    unsize_rc!(collections::Rc::new_in(value, System)),
    unsize_arc!(collections::Arc::new_in(value, System));
    |text| text.into(), text.into(), text.into()
}

/// Returns the rows of the table.
macro_rules! rows {
    ($($name:literal: $module:ident::$function:ident,)*) => {
        &[$(Operation { name: $name, std: in_std::$module::$function, ours: ours::$module::$function },)*]
    };
}

/// All operations. Each drops its results.
pub static OPERATIONS: &[Operation] = rows! {
    "Box: new, a word": boxes::word,
    "Box: new, 8 words": boxes::words,
    "Box: clone": boxes::cloned,
    "Box<str>: clone": boxes::slice,
    "Box<dyn>: new, use": boxes::object,
    "Rc: new, a word": rcs::word,
    "Rc: new, 8 words": rcs::words,
    "Rc: clone": rcs::cloned,
    "Rc: downgrade": rcs::weak,
    "Rc: upgrade": rcs::upgraded,
    "Rc: make_mut, alone": rcs::alone,
    "Rc: make_mut, shared": rcs::shared,
    "Rc<str>: from a str": rcs::text,
    "Rc<dyn>: new, use": rcs::object,
    "Arc: new, a word": arcs::word,
    "Arc: new, 8 words": arcs::words,
    "Arc: clone": arcs::cloned,
    "Arc: downgrade": arcs::weak,
    "Arc: upgrade": arcs::upgraded,
    "Arc: make_mut, alone": arcs::alone,
    "Arc: make_mut, shared": arcs::shared,
    "Arc<str>: from a str": arcs::text,
    "Arc<dyn>: new, use": arcs::object,
};
