use core::fmt;
use core::panic::Location;

use super::origin;
use crate::api::Layout;

/// A call to a [`Trace`](super::Trace): the operation, the layouts, the addresses, and the result.
///
/// Addresses are numbers, since a hook must not use the block. So an event is `Send` and can be kept. `Display` prints it in one line:
///
/// ```text
/// allocate 64 bytes, align 8: 64 bytes at 0x7f3e5c000b60 (src/main.rs:12:30)
/// grow 64 bytes, align 8, at 0x7f3e5c000b60 to 128 bytes, align 8: 128 bytes at 0x7f3e5c000c10
/// deallocate 128 bytes, align 8, at 0x7f3e5c000c10
/// ```
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
/// use janus_alloc::trace::{Event, Operation, Outcome};
/// use janus_alloc::{System, Trace, collections::Box};
///
/// let events: Mutex<Vec<Event>> = Mutex::default();
/// let traced = Trace::new(System, |event: &Event| events.lock().unwrap().push(*event));
/// drop(Box::new_in(7_u64, &traced));
///
/// let events = events.lock().unwrap();
/// assert_eq!(events[0].operation, Operation::Allocate);
/// assert_eq!(events[0].layout.size(), 8);
/// assert!(matches!(events[0].outcome, Outcome::Block { length: 8, .. }));
/// assert_eq!(events[1].operation, Operation::Deallocate);
/// assert_eq!(events[1].address, events[0].outcome.address());
/// assert_eq!(events[1].created.file(), file!()); // the `Trace::new` above
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The method of [`Allocator`](crate::api::Allocator) that was called.
    pub operation: Operation,
    /// The requested layout. Of a `deallocate`, the layout that the block is freed with.
    pub layout: Layout,
    /// The layout before a growth or a shrink; `None` for the other operations.
    pub old_layout: Option<Layout>,
    /// The address of the block that is freed, grown or shrunk; `None` for an allocation. At size 0 it may be any address.
    pub address: Option<usize>,
    /// The result of the call.
    pub outcome: Outcome,
    /// The place where the `Trace` was created: the call of [`Trace::new`](super::Trace::new).
    pub created: &'static Location<'static>,
    pub(super) caller: &'static Location<'static>,
}

impl Event {
    /// Returns the place of the call, where the compiler knows it: a call of the method on a `Trace` whose type is known, outside of
    /// this crate. `None` for calls by collections of this crate, by `AsGlobal`, by allocator-api2, and through `dyn`. The
    /// [`created`](Self::created) place is always known.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::api::{Allocator, Layout};
    /// use janus_alloc::{System, Trace, trace::Event};
    ///
    /// let traced = Trace::new(System, |event: &Event| match event.origin() {
    ///     Some(place) => println!("{} at {place}", event.operation),
    ///     None => println!("{} by a collection", event.operation),
    /// });
    /// traced.allocate(Layout::new::<()>()).unwrap(); // prints this line
    /// ```
    #[must_use]
    pub fn origin(&self) -> Option<&'static Location<'static>> {
        origin::outside(self.caller)
    }
}

/// A method of [`Allocator`](crate::api::Allocator). `Display` prints its name.
///
/// # Examples
///
/// ```
/// assert_eq!(janus_alloc::trace::Operation::AllocateZeroed.to_string(), "allocate_zeroed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// [`allocate`](crate::api::Allocator::allocate)
    Allocate,
    /// [`allocate_zeroed`](crate::api::Allocator::allocate_zeroed)
    AllocateZeroed,
    /// [`deallocate`](crate::api::Allocator::deallocate)
    Deallocate,
    /// [`grow`](crate::api::Allocator::grow)
    Grow,
    /// [`grow_zeroed`](crate::api::Allocator::grow_zeroed)
    GrowZeroed,
    /// [`shrink`](crate::api::Allocator::shrink)
    Shrink,
}

/// The result of a call.
///
/// # Examples
///
/// ```
/// use janus_alloc::trace::Outcome;
///
/// assert_eq!(Outcome::Block { address: 4096, length: 10 }.address(), Some(4096));
/// assert_eq!(Outcome::Failed.address(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A block.
    Block {
        /// Its address.
        address: usize,
        /// Its length in bytes, which may exceed the requested size.
        length: usize,
    },
    /// The request failed. A block that was to grow or shrink is as it was.
    Failed,
    /// The block is about to be freed.
    Freed,
}

impl Outcome {
    /// Returns the address of the returned block.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::trace::Outcome::Freed.address(), None);
    /// ```
    #[must_use]
    pub const fn address(self) -> Option<usize> {
        match self {
            Self::Block { address, .. } => Some(address),
            Self::Failed | Self::Freed => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allocate => "allocate",
            Self::AllocateZeroed => "allocate_zeroed",
            Self::Deallocate => "deallocate",
            Self::Grow => "grow",
            Self::GrowZeroed => "grow_zeroed",
            Self::Shrink => "shrink",
        })
    }
}

/// A layout in words.
struct InWords(Layout);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, align {}", self.0.size(), self.0.align())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operation, InWords(self.old_layout.unwrap_or(self.layout)))?;
        if let Some(address) = self.address {
            write!(f, ", at {address:#x}")?;
        }
        if self.old_layout.is_some() {
            write!(f, " to {}", InWords(self.layout))?;
        }
        match self.outcome {
            Outcome::Block { address, length } => write!(f, ": {length} bytes at {address:#x}")?,
            Outcome::Failed => write!(f, ": failed")?,
            Outcome::Freed => {}
        }
        match self.origin() {
            Some(origin) => write!(f, " ({origin})"),
            None => Ok(()),
        }
    }
}
