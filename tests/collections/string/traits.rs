//! Sizes, auto traits and variance are those of std's types.

use std::borrow::{Borrow, BorrowMut};
use std::error::Error;
use std::panic::{RefUnwindSafe, UnwindSafe};

use janus_alloc::collections::string::{Drain, FromUtf8Error, FromUtf16Error, String as StringIn};
use janus_alloc::{Arena, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

assert_eq_size!(StringIn, StringIn<System>, String, Option<StringIn>, [usize; 3]);
assert_eq_size!(StringIn<&'static Arena>, [usize; 4]);

assert_impl_all!(StringIn: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default, Ord, Borrow<str>, BorrowMut<str>);
assert_impl_all!(StringIn<&'static System>: Send, Sync);
assert_not_impl_any!(StringIn<&'static Arena>: Send, Sync, Default);
assert_impl_all!(Drain<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Drain<'static, &'static Arena>: Send, Sync);
assert_impl_all!(FromUtf8Error: Error, Send, Sync, Clone, Eq);
assert_impl_all!(FromUtf16Error: Error, Send, Sync);

/// The same assertions about std's types.
mod of_std {
    use super::*;
    use std::string::{Drain, FromUtf8Error};

    assert_impl_all!(String: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Borrow<str>, BorrowMut<str>);
    assert_impl_all!(Drain<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
    assert_impl_all!(FromUtf8Error: Error, Send, Sync, Clone, Eq);
}

/// Compiles because the string and its iterator are covariant in the allocator and in the lifetime.
fn shortened<'s, 'l: 's>(
    string: StringIn<&'static System>,
    drain: Drain<'l, &'static System>,
) -> (StringIn<&'s System>, Drain<'s, &'s System>) {
    (string, drain)
}

#[test]
fn lifetimes_can_be_shortened() {
    static SYSTEM: System = System;
    let mut string = StringIn::new_in(&SYSTEM);
    let (string, drain) = shortened(StringIn::new_in(&SYSTEM), string.drain(..));
    assert_eq!((string.as_str(), drain.as_str()), ("", ""));
}
