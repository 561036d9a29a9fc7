//! The requests that pass through a profile.

use core::ptr::NonNull;

use super::recorder::Recorder;
use super::stack::Stack;
use super::state::{End, Sample, State};
use super::weight::keep_chance;
use super::{Profile, Profiling};
use crate::api::contents::Contents;
use crate::api::shorten::shorten;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, Reset, StaticAllocator, UsableSize, WholePages,
};

/// The direction in which a block is resized.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resize {
    Grow(Contents),
    Shrink,
}

impl<A, const ON: bool> Profile<A, ON> {
    /// Counts the `added` bytes of a block that has `size` bytes now, and samples it if there is a sampling point in them.
    #[inline]
    fn count(&self, block: NonNull<[u8]>, layout: Layout, added: usize) -> NonNull<[u8]> {
        if !self.is_off() && !self.countdowns.passes(added) {
            self.sample(block.cast(), layout.size(), added);
        }
        shorten(block, layout)
    }

    /// Returns `false` if the block has no sample. A profile that is off has none, which costs a comparison to know.
    #[inline]
    fn may_have_sample(&self, block: NonNull<u8>) -> bool {
        !self.is_off() && self.filter.may_contain(block)
    }

    #[cold]
    #[inline(never)]
    fn sample(&self, block: NonNull<u8>, size: usize, added: usize) {
        if added == 0 {
            return;
        }
        let Some(_profiling) = Profiling::begin() else { return };
        let sampling = self.sampling.get();
        if !self.countdowns.hits(added, sampling, self.seed) {
            return;
        }
        let stack = Stack::capture();
        let Some(recorder) = self.recorder.get_or_create(sampling, &self.filter) else { return };
        let Some(mut state) = recorder.lock() else { return };
        let (address, now) = (block.addr().get(), recorder.now());
        // Only where the block of that address was freed without this profile: by the parent, or by a signal handler that has interrupted
        // the profile.
        if let Some(stale) = state.take(address) {
            self.filter.remove(address);
            state.end(stale, End::Freed, now);
        }
        if state.insert(address, size, stack.addresses(), now) {
            self.filter.add(address, state.sampled());
        }
    }

    /// Ends the sample of a block that is about to be freed, if there is one.
    #[cold]
    #[inline(never)]
    fn end(&self, block: NonNull<u8>, layout: Layout) {
        self.with_sample(block, layout, |recorder, state, sample| state.end(sample, End::Freed, recorder.now()));
    }

    /// Takes the sample of a block out of the table, if there is one, and calls `action` with it.
    ///
    /// The caller must still own the block: after a free another thread may get its address.
    fn with_sample<'a, R>(
        &'a self,
        block: NonNull<u8>,
        layout: Layout,
        action: impl FnOnce(&'a Recorder, &mut State, Sample) -> R,
    ) -> Option<R> {
        // A pointer of size 0 may be the address of another block.
        if layout.size() == 0 {
            return None;
        }
        let recorder = self.recorder.get()?;
        let address = block.addr().get();
        let _profiling = Profiling::begin();
        let mut state = recorder.lock()?;
        let sample = state.take(address)?;
        self.filter.remove(address);
        Some(action(recorder, &mut state, sample))
    }

    /// Ends a sample that was taken, or puts it back into the table, as `place` says.
    fn settle(&self, recorder: &Recorder, sample: Sample, place: Place) {
        let _profiling = Profiling::begin();
        let Some(mut state) = recorder.lock() else { return };
        let now = recorder.now();
        match place {
            Place::Ended(end) => state.end(sample, end, now),
            Place::At(address, size) => {
                if state.put_back(sample, address, size, now) {
                    self.filter.add(address, state.sampled());
                }
            }
        }
    }

    /// Resizes a block that may be sampled.
    ///
    /// # Safety
    ///
    /// Those of the method of [`Allocator`] that `resize` stands for.
    #[cold]
    #[inline(never)]
    unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        resize: Resize,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        let taken = self.with_sample(block, old, |recorder, _, sample| (recorder, sample));
        let resized = match resize {
            // SAFETY: by `# Safety` of this fn.
            Resize::Grow(Contents::Uninit) => unsafe { self.parent.grow(block, old, new) },
            // SAFETY: by `# Safety` of this fn.
            Resize::Grow(Contents::Zeroed) => unsafe { self.parent.grow_zeroed(block, old, new) },
            // SAFETY: by `# Safety` of this fn.
            Resize::Shrink => unsafe { self.parent.shrink(block, old, new) },
        };
        let Some((recorder, sample)) = taken else {
            let added = new.size().saturating_sub(old.size());
            return resized.map(|resized| self.count(resized, new, added));
        };
        let place = match resized {
            Err(AllocError) => Place::At(block.addr().get(), sample.size),
            Ok(_) if new.size() == 0 => Place::Ended(End::Freed),
            Ok(resized) => {
                let chance = keep_chance(self.sampling.get(), sample.size, new.size());
                if chance >= 1.0 || self.countdowns.draw(chance, self.seed) {
                    Place::At(resized.cast::<u8>().addr().get(), new.size())
                } else {
                    Place::Ended(End::Dropped)
                }
            }
        };
        self.settle(recorder, sample, place);
        resized.map(|resized| shorten(resized, new))
    }
}

/// The next state of a sample that was taken out of the table.
#[derive(Clone, Copy)]
enum Place {
    /// It returns to the table, with this address and size.
    At(usize, usize),
    Ended(End),
}

// SAFETY: every call is forwarded to the parent, and a block is returned with its requested size, which fits it by rule 3. Sampling
// neither unwinds nor allocates from the parent, and reads no block. No block lies in the profile, so the value may move.
unsafe impl<A: Allocator, const ON: bool> Allocator for Profile<A, ON> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(self.count(self.parent.allocate(layout)?, layout, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(self.count(self.parent.allocate_zeroed(layout)?, layout, layout.size()))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if self.may_have_sample(block) {
            self.end(block, layout);
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if self.may_have_sample(block) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.resize(block, old_layout, new_layout, Resize::Grow(Contents::Uninit)) };
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow(block, old_layout, new_layout) }?;
        // By `# Safety` the new size is not smaller.
        Ok(self.count(grown, new_layout, new_layout.size().wrapping_sub(old_layout.size())))
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if self.may_have_sample(block) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.resize(block, old_layout, new_layout, Resize::Grow(Contents::Zeroed)) };
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow_zeroed(block, old_layout, new_layout) }?;
        // By `# Safety` the new size is not smaller.
        Ok(self.count(grown, new_layout, new_layout.size().wrapping_sub(old_layout.size())))
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if self.may_have_sample(block) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.resize(block, old_layout, new_layout, Resize::Shrink) };
        }
        // SAFETY: by `# Safety` of this fn.
        Ok(shorten(unsafe { self.parent.shrink(block, old_layout, new_layout) }?, new_layout))
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator, const ON: bool> StaticAllocator for Profile<A, ON> {}
// SAFETY: sampling neither unwinds nor depends on an address, and takes its memory from the operating system. The unwinder and the
// function that chooses the sampling may allocate; a request that they make is served by the parent alone, because the thread is
// marked meanwhile. Everything else is the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator, const ON: bool> GlobalAllocator for Profile<A, ON> {}
impl<A: CallsMalloc, const ON: bool> CallsMalloc for Profile<A, ON> {}

// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns, const ON: bool> Owns for Profile<A, ON> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

// SAFETY: blocks are the parent's, which hands out whole pages.
unsafe impl<A: WholePages, const ON: bool> WholePages for Profile<A, ON> {}

// SAFETY: blocks are the parent's, which answers. A sample is found by the address of the block, so its layout may be any that fits.
unsafe impl<A: UsableSize, const ON: bool> UsableSize for Profile<A, ON> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.layout_of(block) }
    }

    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.usable_size(block) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        if self.may_have_sample(block) {
            // The size of the block is not 0.
            self.end(block, Layout::new::<u8>());
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate_without_layout(block) };
    }
}

impl<A: Reset, const ON: bool> Reset for Profile<A, ON> {
    fn reset(&mut self) {
        self.parent.reset();
        let Some(recorder) = self.recorder.get() else { return };
        let _profiling = Profiling::begin();
        if let Some(mut state) = recorder.lock() {
            state.sampled().for_each(|address| self.filter.remove(address));
            state.free_all(recorder.now());
        }
    }
}
