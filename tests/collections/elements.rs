//! Elements that count themselves and panic on request.

use std::cell::Cell;
use std::fmt::Debug;

thread_local! {
    /// The number of elements created and not yet dropped.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    /// The number of calls of [`maybe_panic`] before the one that panics. Negative if none does.
    static CALLS_UNTIL_PANIC: Cell<isize> = const { Cell::new(-1) };
}

/// Returns the number of this thread's live elements.
pub(crate) fn live() -> isize {
    LIVE.get()
}

/// Makes one call of [`maybe_panic`] panic: the one after the next `calls`.
pub(crate) fn panic_after(calls: usize) {
    CALLS_UNTIL_PANIC.set(calls as isize);
}

/// Cancels the panic that [`panic_after`] has set.
pub(crate) fn cancel_panic() {
    CALLS_UNTIL_PANIC.set(-1);
}

/// Panics if [`panic_after`] has chosen this call. Each callback calls it.
pub(crate) fn maybe_panic() {
    let remaining = CALLS_UNTIL_PANIC.get();
    CALLS_UNTIL_PANIC.set((remaining - 1).max(-1));
    assert_ne!(remaining, 0, "a callback panics");
}

/// An element of some size and alignment, created from a number.
pub(crate) trait Element: Clone + Debug + PartialEq + 'static {
    fn new(number: u32) -> Self;

    /// Returns the element's number, or 0 if the element has size 0.
    fn number(&self) -> u32;
}

macro_rules! element {
    ($(#[$attributes:meta])* $name:ident($($field:ty)?)) => {
        $(#[$attributes])*
        #[derive(Debug)]
        pub(crate) struct $name($($field)?);

        impl Clone for $name {
            fn clone(&self) -> Self {
                maybe_panic();
                Self::new(self.number())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                maybe_panic();
                self.number() == other.number()
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                LIVE.set(LIVE.get() - 1);
                maybe_panic();
            }
        }
    };
}
element!(Number(u32));
element!(Unit());
element!(
    #[repr(align(64))]
    Wide(u32)
);
element!(
    #[repr(align(64))]
    WideUnit()
);
element!(Big([u32; 300]));

impl Element for Number {
    fn new(number: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(number)
    }

    fn number(&self) -> u32 {
        self.0
    }
}

impl Element for Unit {
    fn new(_: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self()
    }

    fn number(&self) -> u32 {
        0
    }
}

impl Element for Wide {
    fn new(number: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(number)
    }

    fn number(&self) -> u32 {
        self.0
    }
}

impl Element for WideUnit {
    fn new(_: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self()
    }

    fn number(&self) -> u32 {
        assert_eq!((&raw const *self).addr() % 64, 0, "misaligned");
        0
    }
}

impl Element for Big {
    fn new(number: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self([number; 300])
    }

    fn number(&self) -> u32 {
        self.0[299]
    }
}

pub(crate) fn numbers<'e, T: Element>(elements: impl IntoIterator<Item = &'e T>) -> Vec<u32> {
    elements.into_iter().map(T::number).collect()
}
