//! Places for arenas that wait for their next use. Modelled in `tests/models/arena_pool.rs`.

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

use crate::api::{Allocator, Global, Layout};
use crate::sync::value_cell::ValueCell;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::index_set::{BITS, IndexSet};

/// Up to a number of idle arenas. Any thread puts them in and takes them out, without a lock.
///
/// # Invariants
///
/// 1. `places` is null, or points to `max.div_ceil(BITS)` initialised groups, in a block of [`Global`] that stays until the drop.
/// 2. A thread uses a cell only while it holds the cell's index in one of the two sets of its group: in `vacant`, of cells without a
///    value, or in `full`, of cells with one. It then releases the index in the other set. So each cell is free in one set, or in
///    none while one thread uses it; and the user of a cell sees the writes of the last one.
pub(crate) struct IdleArenas<T> {
    pub(crate) places: AtomicPtr<Group<T>>,
    pub(crate) max: usize,
    /// The pool owns values of this type, and hands them from thread to thread.
    pub(crate) values: PhantomData<UnsafeCell<T>>,
}

// SAFETY: by invariant 2 each value is used by one thread at a time.
unsafe impl<T: Send> Sync for IdleArenas<T> {}

// A panic leaves no place half full: arenas move in and out whole.
impl<T> UnwindSafe for IdleArenas<T> {}
impl<T> RefUnwindSafe for IdleArenas<T> {}

pub(crate) struct Group<T> {
    vacant: IndexSet<1>,
    full: IndexSet<1>,
    cells: [ValueCell<T>; BITS],
}

impl<T> Group<T> {
    /// Returns a group whose first `count` cells are vacant. The others are in neither set.
    fn new(count: usize) -> Self {
        let unused = if count < BITS { usize::MAX << count } else { 0 };
        Self {
            vacant: IndexSet { held: [AtomicUsize::new(unused)] },
            full: IndexSet { held: [AtomicUsize::new(usize::MAX)] },
            cells: core::array::from_fn(|_| ValueCell::vacant()),
        }
    }
}

impl<T> IdleArenas<T> {
    /// Takes an arena out, if there is one.
    pub(crate) fn take(&self) -> Option<T> {
        self.groups()?.iter().find_map(|group| {
            let index = group.full.acquire_lowest()?;
            // SAFETY: by invariant 2.
            let arena = unsafe { group.cells[index].take() };
            group.vacant.release(index);
            Some(arena)
        })
    }

    /// Puts an arena in, or returns it if all places are full or there is no memory for places.
    pub(crate) fn put(&self, arena: T) -> Result<(), T> {
        let Some(groups) = self.groups().or_else(|| self.new_groups()) else { return Err(arena) };
        for group in groups {
            if let Some(index) = group.vacant.acquire_lowest() {
                // SAFETY: by invariant 2.
                unsafe { group.cells[index].put(arena) };
                group.full.release(index);
                return Ok(());
            }
        }
        Err(arena)
    }

    /// Returns the number of arenas, at some moment.
    pub(crate) fn count(&self) -> usize {
        let full = |group: &Group<T>| group.full.held[0].load(Ordering::Relaxed).count_zeros() as usize;
        self.groups().unwrap_or_default().iter().map(full).sum()
    }

    fn groups(&self) -> Option<&[Group<T>]> {
        // Acquire for the groups.
        let places = NonNull::new(self.places.load(Ordering::Acquire))?;
        // SAFETY: by invariant 1.
        Some(unsafe { NonNull::slice_from_raw_parts(places, self.group_count()).as_ref() })
    }

    fn group_count(&self) -> usize {
        self.max.div_ceil(BITS)
    }

    fn layout(&self) -> Option<Layout> {
        Layout::array::<Group<T>>(self.group_count()).ok().filter(|layout| layout.size() > 0)
    }

    #[cold]
    fn new_groups(&self) -> Option<&[Group<T>]> {
        let layout = self.layout()?;
        let block = Global.allocate(layout).ok()?.cast::<Group<T>>();
        for index in 0..self.group_count() {
            // SAFETY: the block has room for that many groups.
            let place = unsafe { block.add(index) };
            // SAFETY: as above; the block is fresh and aligned.
            unsafe { place.write(Group::new((self.max - index * BITS).min(BITS))) };
        }
        let (null, new) = (core::ptr::null_mut(), block.as_ptr());
        // Release for the groups.
        if self.places.compare_exchange(null, new, Ordering::Release, Ordering::Relaxed).is_err() {
            // Another thread was faster. Vacant groups need no drop.
            // SAFETY: the block was just allocated with this layout.
            unsafe { Global.deallocate(block.cast(), layout) };
        }
        self.groups()
    }
}

impl<T> Drop for IdleArenas<T> {
    fn drop(&mut self) {
        while let Some(arena) = self.take() {
            drop(arena);
        }
        let places = NonNull::new(self.places.load(Ordering::Relaxed));
        if let (Some(places), Some(layout)) = (places, self.layout()) {
            // SAFETY: by invariant 1 the block is one of `Global` with this layout. No thread uses it any more.
            unsafe { Global.deallocate(places.cast(), layout) };
        }
    }
}
