//! The crate's `sync/value_cell.rs` over loom's cell.

use loom::cell::UnsafeCell;

#[derive(Debug)]
pub(crate) struct ValueCell<T>(UnsafeCell<Option<T>>);

impl<T> ValueCell<T> {
    pub(crate) fn vacant() -> Self {
        Self(UnsafeCell::new(None))
    }

    pub(crate) unsafe fn put(&self, value: T) {
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        let before = self.0.with_mut(|place| unsafe { (*place).replace(value) });
        assert!(before.is_none(), "a place has two values");
    }

    pub(crate) unsafe fn take(&self) -> T {
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.0.with_mut(|place| unsafe { (*place).take() }).expect("a place has a value")
    }
}
