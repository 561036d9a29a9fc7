//! Strong pointers.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::ptr::{self, NonNull};

use super::block::{self, CommonWeak};
use super::{Counts, Others, WeakRef};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout};
use crate::collections::block::{Contents, OwnedBlock};
use crate::collections::clone_to_uninit::CloneToUninit;
use crate::collections::{Box, Vec};

/// An `Rc` or `Arc`, by the counts.
///
/// # Invariants
///
/// 1. `value` points to an initialised `T` in a block of [`block::new`] of `allocator` (or a clone of it), for the layout of the
///    `T`; the pointer may be used for the whole block.
/// 2. This is one of the strong references that its counts count. So the value is only shared, unless it is the only one.
pub(in crate::collections) struct Strong<T: ?Sized, A: Allocator, C: Counts> {
    value: NonNull<T>,
    allocator: A,
    owned: PhantomData<T>,
    counts: PhantomData<C>,
}

impl<T: ?Sized, A: Allocator, C: Counts> Strong<T, A, C> {
    /// # Safety
    ///
    /// By invariants 1 and 2, of which the strong reference is the caller's until now.
    #[inline]
    pub(in crate::collections) unsafe fn from_parts(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, owned: PhantomData, counts: PhantomData }
    }

    /// The strong reference and the allocator are the caller's from now on.
    #[inline]
    pub(in crate::collections) fn into_parts(self) -> (NonNull<T>, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the allocator is moved out once.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.value, allocator)
    }

    #[inline]
    pub(in crate::collections) fn counts(&self) -> &C {
        // SAFETY: by invariant 1, for as long as this reference is there.
        unsafe { block::counts(self.value.cast()) }
    }

    #[inline]
    pub(in crate::collections) fn as_ptr(&self) -> *const T {
        self.value.as_ptr()
    }

    #[inline]
    pub(in crate::collections) fn get(&self) -> &T {
        // SAFETY: by invariants 1 and 2.
        unsafe { self.value.as_ref() }
    }

    #[inline]
    pub(in crate::collections) fn allocator(&self) -> &A {
        &self.allocator
    }

    #[inline]
    pub(in crate::collections) fn downgrade(&self) -> WeakRef<T, A, C>
    where
        A: AllocatorClone,
    {
        let allocator = self.allocator.clone();
        // SAFETY: this one.
        unsafe { self.counts().downgrade() };
        // SAFETY: the value is in such a block by invariant 1, and the reference was counted.
        unsafe { WeakRef::from_parts(self.value, allocator) }
    }

    #[inline]
    pub(in crate::collections) fn get_mut(&mut self) -> Option<&mut T> {
        if self.counts().is_unique() {
            // SAFETY: nobody else has a reference.
            Some(unsafe { self.get_mut_unchecked() })
        } else {
            None
        }
    }

    /// A clone of the value behind a reference.
    #[inline]
    pub(in crate::collections) fn clone_of(value: &T, allocator: A) -> Result<Self, AllocError>
    where
        T: CloneToUninit,
    {
        let value = block::cloned::<T, C, A>(value, &allocator)?;
        // SAFETY: a new block, whose one strong reference this is.
        Ok(unsafe { Self::from_parts(value, allocator) })
    }

    /// Moves the value of a box into a block with counts.
    #[inline]
    pub(in crate::collections) fn from_box(boxed: Box<T, A>) -> Result<Self, AllocError> {
        let layout = Layout::for_value::<T>(&boxed);
        // SAFETY: the value is that of a box, which is taken apart below.
        let value = unsafe { block::moved::<T, C, A>(NonNull::from(&*boxed), Box::allocator(&boxed))? };
        let (left, allocator) = Box::into_non_null_with_allocator(boxed);
        // SAFETY: the block of the box, if its value has a size, which is not used again.
        drop(unsafe { OwnedBlock::new(left.cast(), layout, &allocator) });
        // SAFETY: a new block, whose one strong reference this is.
        Ok(unsafe { Self::from_parts(value, allocator) })
    }

    /// Sees to it that nobody else has a reference to the value: a shared one is cloned.
    #[inline]
    pub(in crate::collections) fn make_unique(&mut self) -> Result<(), AllocError>
    where
        T: CloneToUninit,
    {
        match self.counts().others() {
            Others::None => {}
            Others::Weak => self.leave_to_weak()?,
            Others::Strong => {
                let clone = block::cloned::<T, C, A>(self.get(), &self.allocator)?;
                let shared = mem::replace(&mut self.value, clone);
                // SAFETY: the strong reference that was this one's, which has another now.
                unsafe { release_shared::<T, A, C>(shared, &self.allocator) };
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// Nobody else has a reference to the value, as long as the mutable one is there.
    #[inline]
    pub(in crate::collections) unsafe fn get_mut_unchecked(&mut self) -> &mut T {
        // SAFETY: initialised by invariant 1, and nobody else uses it by `# Safety` of this fn.
        unsafe { self.value.as_mut() }
    }

    /// Moves the value to a block of its own. Those who have a weak reference keep the old one, without the value.
    ///
    /// The strong reference was taken by [`Counts::others`]. If there is no memory, it is put back.
    #[cold]
    fn leave_to_weak(&mut self) -> Result<(), AllocError> {
        struct PutBack<'a, C: Counts>(&'a C);

        impl<C: Counts> Drop for PutBack<'_, C> {
            fn drop(&mut self) {
                self.0.put_back();
            }
        }

        let unless_moved = PutBack(self.counts());
        // SAFETY: initialised by invariant 1. Nobody has a strong reference, nor gets one, so the value is not used there again.
        let moved = unsafe { block::moved::<T, C, A>(self.value, &self.allocator)? };
        mem::forget(unless_moved);
        let left = mem::replace(&mut self.value, moved);
        // SAFETY: initialised.
        let layout = Layout::for_value(unsafe { moved.as_ref() });
        // SAFETY: the common weak reference of the block that was left, whose strong one was taken.
        unsafe { block::release_weak::<C, A>(left.cast(), || layout, &self.allocator) };
        Ok(())
    }
}

impl<T, A: Allocator, C: Counts> Strong<T, A, C> {
    /// A block for a value that comes later.
    #[inline]
    pub(in crate::collections) fn uninit(
        contents: Contents,
        allocator: A,
    ) -> Result<Strong<MaybeUninit<T>, A, C>, AllocError> {
        let place = block::new::<C, A>(Layout::new::<T>(), contents, &allocator)?;
        // SAFETY: a new block, whose one strong reference this is; a `MaybeUninit` has the layout of what it wraps, and needs no
        // initialising.
        Ok(unsafe { Strong::from_parts(place.cast(), allocator) })
    }

    #[inline]
    pub(in crate::collections) fn new(value: T, allocator: A) -> Result<Self, AllocError> {
        let mut this = Self::uninit(Contents::Uninitialised, allocator)?;
        // SAFETY: nobody else has a reference yet.
        unsafe { this.value.as_mut() }.write(value);
        // SAFETY: initialised in the line above.
        Ok(unsafe { this.assume_init() })
    }

    /// The value, if this is the only strong reference.
    #[inline]
    pub(in crate::collections) fn try_unwrap(self) -> Result<T, Self> {
        if self.counts().take_last() {
            let (value, allocator) = self.into_parts();
            // SAFETY: the only strong reference, which was taken.
            Ok(unsafe { take(value, &allocator, PhantomData::<C>) })
        } else {
            Err(self)
        }
    }

    /// The value, if this is the last strong reference. Of several threads that ask at once with all of them, one gets the value.
    #[inline]
    pub(in crate::collections) fn into_inner(self) -> Option<T> {
        let (value, allocator) = self.into_parts();
        // SAFETY: by invariant 1, for as long as the reference is there.
        if unsafe { block::counts::<C>(value.cast()) }.release_strong() {
            // SAFETY: the last strong reference, which was released.
            Some(unsafe { take(value, &allocator, PhantomData::<C>) })
        } else {
            None
        }
    }
}

impl<T, A: Allocator, C: Counts> Strong<[T], A, C> {
    /// A block for values that come later.
    #[inline]
    pub(in crate::collections) fn uninit_slice(
        length: usize,
        contents: Contents,
        allocator: A,
    ) -> Result<Strong<[MaybeUninit<T>], A, C>, AllocError> {
        let layout = Layout::array::<T>(length).map_err(|_| AllocError)?;
        let place = block::new::<C, A>(layout, contents, &allocator)?;
        let values = NonNull::slice_from_raw_parts(place.cast(), length);
        // SAFETY: as for `uninit`.
        Ok(unsafe { Strong::from_parts(values, allocator) })
    }

    /// Moves the values of a vector into a block with counts, and frees that of the vector. On failure the vector is dropped.
    pub(in crate::collections) fn from_vec(vector: Vec<T, A>) -> Result<Self, AllocError> {
        let mut vector = ManuallyDrop::new(vector);
        let capacity = vector.capacity();
        let values = NonNull::from(vector.as_mut_slice());
        // SAFETY: the values are those of the vector, which drops them only if they are not moved.
        let moved = match unsafe { block::moved::<[T], C, A>(values, vector.allocator()) } {
            Ok(moved) => moved,
            Err(error) => {
                drop(ManuallyDrop::into_inner(vector));
                return Err(error);
            }
        };
        // SAFETY: the vector is not used again, so the allocator is moved out once.
        let allocator = unsafe { ptr::read(vector.allocator()) };
        // SAFETY: a new block of that allocator, whose one strong reference this is.
        let slice = unsafe { Self::from_parts(moved, allocator) };
        // SAFETY: the parts of the vector, without its values; the block is now freed.
        drop(unsafe { Vec::<T, &A>::from_raw_parts_in(values.cast().as_ptr(), 0, capacity, &slice.allocator) });
        Ok(slice)
    }
}

impl<T, A: Allocator, C: Counts> Strong<MaybeUninit<T>, A, C> {
    /// # Safety
    ///
    /// The value is initialised.
    #[inline]
    pub(in crate::collections) unsafe fn assume_init(self) -> Strong<T, A, C> {
        let (value, allocator) = self.into_parts();
        // SAFETY: the same reference; initialised by `# Safety` of this fn.
        unsafe { Strong::from_parts(value.cast(), allocator) }
    }
}

impl<T: ?Sized, A: AllocatorClone, C: Counts> Clone for Strong<T, A, C> {
    #[inline]
    fn clone(&self) -> Self {
        let allocator = self.allocator.clone();
        // SAFETY: this one.
        unsafe { self.counts().clone_strong() };
        // SAFETY: the value is in such a block by invariant 1, and the reference was counted.
        unsafe { Self::from_parts(self.value, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> Drop for Strong<T, A, C> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the reference of this, which is not used again.
        unsafe { release(self.value, &self.allocator, PhantomData::<C>) };
    }
}

/// Releases a strong reference, with the last one the value, and with that the common weak reference.
///
/// # Safety
///
/// Same as for invariants 1 and 2 of [`Strong`]; the reference is the caller's, and is not used again.
#[inline]
unsafe fn release<T: ?Sized, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A, _: PhantomData<C>) {
    #[inline(never)]
    unsafe fn drop_value<T: ?Sized, A: Allocator, C: Counts>(mut value: NonNull<T>, allocator: &A) {
        // SAFETY: initialised by invariant 1.
        let layout = Layout::for_value(unsafe { value.as_mut() });
        // SAFETY: by invariant 1, and no strong reference is left to use the common one.
        let _released_also_by_a_panic = unsafe { CommonWeak::<C, A>::new(value.cast(), layout, allocator) };
        // SAFETY: initialised by invariant 1, and nobody else has a strong reference, or gets one.
        unsafe { value.drop_in_place() };
    }

    // SAFETY: by invariant 1, for as long as the reference is there.
    if unsafe { block::counts::<C>(value.cast()) }.release_strong() {
        // SAFETY: it was the last.
        unsafe { drop_value::<T, A, C>(value, allocator) };
    }
}

/// [`release`] out of line, for a reference that was shared: the way of one that is not gets shorter by it.
///
/// # Safety
///
/// Same as for [`release`].
#[inline(never)]
unsafe fn release_shared<T: ?Sized, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { release(value, allocator, PhantomData::<C>) };
}

/// The value, whose last strong reference is gone, and releases the common weak one.
///
/// # Safety
///
/// Same as for invariant 1 of [`Strong`]; nobody has a strong reference, or gets one.
#[inline]
unsafe fn take<T, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A, _: PhantomData<C>) -> T {
    // SAFETY: by invariant 1, and no strong reference is left to use the common one.
    let _common = unsafe { CommonWeak::<C, A>::new(value.cast(), Layout::new::<T>(), allocator) };
    // SAFETY: initialised, and nobody else uses it.
    unsafe { value.read() }
}
