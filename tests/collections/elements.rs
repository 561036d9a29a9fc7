//! Elements that are counted, and that panic when they are told to.

use std::cell::Cell;
use std::fmt::Debug;

thread_local! {
    /// Elements made and not dropped.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    /// Calls of [`tick`] until one panics. Negative: none does.
    static FUSE: Cell<isize> = const { Cell::new(-1) };
}

/// Elements of this thread that are live.
pub(crate) fn live() -> isize {
    LIVE.get()
}

/// The call of [`tick`] behind the next `calls` panics, and no other does.
pub(crate) fn light(calls: usize) {
    FUSE.set(calls as isize);
}

pub(crate) fn extinguish() {
    FUSE.set(-1);
}

/// Called by each callback: may panic.
pub(crate) fn tick() {
    let left = FUSE.get();
    FUSE.set((left - 1).max(-1));
    assert_ne!(left, 0, "a callback panics");
}

/// An element of some size and align that is made of a number.
pub(crate) trait Element: Clone + Debug + PartialEq + 'static {
    fn new(number: u32) -> Self;

    /// The number, or 0 if the element has no place for it.
    fn number(&self) -> u32;
}

macro_rules! element {
    ($(#[$attributes:meta])* $name:ident($($field:ty)?)) => {
        $(#[$attributes])*
        #[derive(Debug)]
        pub(crate) struct $name($($field)?);

        impl Clone for $name {
            fn clone(&self) -> Self {
                tick();
                Self::new(self.number())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                tick();
                self.number() == other.number()
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                LIVE.set(LIVE.get() - 1);
                tick();
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
