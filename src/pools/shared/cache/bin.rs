//! A stack of free blocks of one class.

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use crate::pools::shared::chunks::Use;

/// Used by one thread; others may read how many blocks there are.
#[derive(Debug)]
pub(crate) struct Bin {
    /// Behind the last entry.
    pub(super) top: AtomicPtr<*mut u8>,
    /// Where the entries may end at present.
    pub(super) limit: Cell<*mut *mut u8>,
}

/// By the [code](Use::code) of what a block's slice is used as. Those of no class stay empty and full at once.
pub(crate) type Bins = [Bin; Use::CODES];

/// Where in the [`Bins`] that of a class is.
#[inline(always)]
pub(crate) const fn place(class: usize) -> usize {
    class + Use::Span(0).code() as usize
}

impl Bin {
    /// Empty and full at once.
    pub(super) const fn vacant() -> Self {
        Self { top: AtomicPtr::new(NOWHERE), limit: Cell::new(NOWHERE) }
    }

    /// The block that was given back last.
    #[inline(always)]
    pub(crate) fn take(&self) -> Option<NonNull<u8>> {
        let top = self.top.load(Relaxed);
        // SAFETY: below the first entry there is one more.
        let last = unsafe { top.sub(1) };
        // SAFETY: as above.
        let block = NonNull::new(unsafe { last.read() })?;
        self.top.store(last, Relaxed);
        Some(block)
    }

    /// Whether there was room for `block`.
    #[inline(always)]
    pub(crate) fn put(&self, block: NonNull<u8>) -> bool {
        let top = self.top.load(Relaxed);
        if ptr::eq(top, self.limit.get()) {
            return false;
        }
        // SAFETY: below the limit there is an entry.
        unsafe { top.write(block.as_ptr()) };
        // SAFETY: as above.
        self.top.store(unsafe { top.add(1) }, Relaxed);
        true
    }
}

static NOTHING: [AtomicPtr<u8>; 2] = [const { AtomicPtr::new(ptr::null_mut()) }; 2];
/// Behind an entry that is null.
// SAFETY: there are two.
pub(super) const NOWHERE: *mut *mut u8 = unsafe { (&raw const NOTHING).cast::<*mut u8>().cast_mut().add(1) };
