//! `Rc`: the tests of `counted`, and its auto traits.

#[allow(clippy::duplicate_mod, reason = "the same tests for another type")]
#[path = "counted/mod.rs"]
mod counted;

use std::any::Any;
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};

pub(crate) use janus_alloc::collections::{Rc, rc::Weak};
pub(crate) use janus_alloc::{unsize_rc as unsize, unsize_rc_weak as unsize_weak};
use static_assertions::{assert_impl_all, assert_not_impl_any};
pub(crate) use std::rc::{Rc as StdRc, Weak as StdWeak};

pub(crate) type AnyValue = dyn Any;

// The auto traits are the same as std's.
assert_not_impl_any!(Rc<u8>: Send, Sync);
assert_not_impl_any!(Weak<u8>: Send, Sync);
assert_impl_all!(StdRc<u8>: UnwindSafe, RefUnwindSafe);
assert_impl_all!(Rc<u8>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(StdRc<Cell<u8>>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Rc<Cell<u8>>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(StdWeak<u8>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Weak<u8>: UnwindSafe, RefUnwindSafe);
assert_impl_all!(StdWeak<std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Weak<std::marker::PhantomPinned>: Unpin);
