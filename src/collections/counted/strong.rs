//! Strong pointers, generic over the counts.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::ptr::{self, NonNull};

use super::block::{self, ImplicitWeak};
use super::{Counts, Others, WeakRef};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, AllocatorClone, Layout};
use crate::collections::block::OwnedBlock;
use crate::collections::clone_to_uninit::CloneToUninit;
use crate::collections::{Box, Vec};

/// The pointer inside an `Rc` or an `Arc`.
///
/// # Invariants
///
/// 1. `value` points to an initialised `T` in a block that [`block::new`] made for the layout of the `T`, with counts
///    of type `C`, from `allocator` or a clone of it. The pointer is valid for the whole block.
/// 2. This pointer owns one of the strong references that the counts of the block count. The value is therefore only
///    borrowed shared, unless the counts have shown that this is the only reference.
pub(in crate::collections) struct Strong<T: ?Sized, A: Allocator, C: Counts> {
    value: NonNull<T>,
    allocator: A,
    owned: PhantomData<T>,
    counts: PhantomData<C>,
}

impl<T: ?Sized, A: Allocator, C: Counts> Strong<T, A, C> {
    /// # Safety
    ///
    /// Invariants 1 and 2 hold for the new pointer. The caller gives up the strong reference of invariant 2.
    #[inline]
    pub(in crate::collections) unsafe fn from_parts(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, owned: PhantomData, counts: PhantomData }
    }

    /// Takes the pointer apart. The caller now owns the strong reference.
    #[inline]
    pub(in crate::collections) fn into_parts(self) -> (NonNull<T>, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is neither dropped nor used again, so the allocator is moved out only once.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.value, allocator)
    }

    #[inline]
    pub(in crate::collections) fn counts(&self) -> &C {
        // SAFETY: `value` is in such a block by invariant 1, and the reference of invariant 2 keeps the block.
        unsafe { block::counts(self.value.cast()) }
    }

    #[inline]
    pub(in crate::collections) fn as_ptr(&self) -> *const T {
        self.value.as_ptr()
    }

    #[inline]
    pub(in crate::collections) fn get(&self) -> &T {
        // SAFETY: the value is initialised by invariant 1, and only borrowed shared by invariant 2.
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
        // SAFETY: this pointer has a strong reference by invariant 2.
        unsafe { self.counts().downgrade() };
        // SAFETY: `value` is in such a block by invariant 1. The weak reference was counted above.
        unsafe { WeakRef::from_parts(self.value, allocator) }
    }

    #[inline]
    pub(in crate::collections) fn get_mut(&mut self) -> Option<&mut T> {
        if self.counts().is_unique() {
            // SAFETY: there is no other reference.
            Some(unsafe { self.get_mut_unchecked() })
        } else {
            None
        }
    }

    /// Clones `value` into a new block.
    #[inline]
    pub(in crate::collections) fn clone_from_ref(value: &T, allocator: A) -> Result<Self, AllocError>
    where
        T: CloneToUninit,
    {
        let value = block::clone_value::<T, C, A>(value, &allocator)?;
        // SAFETY: the clone is in a new block of `allocator` for its layout, whose only strong reference this is.
        Ok(unsafe { Self::from_parts(value, allocator) })
    }

    /// Moves the value of a box into a block with counts, and frees the block of the box.
    #[inline]
    pub(in crate::collections) fn from_box(boxed: Box<T, A>) -> Result<Self, AllocError> {
        let layout = Layout::for_value::<T>(&boxed);
        // SAFETY: a box points to an initialised value. If this succeeds, the box is taken apart below, and its value
        // not used again.
        let value = unsafe { block::move_value::<T, C, A>(NonNull::from(&*boxed), Box::allocator(&boxed))? };
        let (old_value, allocator) = Box::into_non_null_with_allocator(boxed);
        // SAFETY: by invariant 2 of `Box`, `old_value` is a block of `allocator` that `layout` fits, or the size is 0.
        // The box that would have freed it was taken apart.
        drop(unsafe { OwnedBlock::new(old_value.cast(), layout, &allocator) });
        // SAFETY: the value is in a new block of `allocator` for its layout, whose only strong reference this is.
        Ok(unsafe { Self::from_parts(value, allocator) })
    }

    /// Makes this the only reference to its value. A value with other strong references is cloned into a new block; one
    /// with weak references only is moved.
    #[inline]
    pub(in crate::collections) fn make_unique(&mut self) -> Result<(), AllocError>
    where
        T: CloneToUninit,
    {
        match self.counts().claim() {
            Others::None => {}
            Others::Weak => self.move_from_weak()?,
            Others::Strong => {
                let clone = block::clone_value::<T, C, A>(self.get(), &self.allocator)?;
                let shared = mem::replace(&mut self.value, clone);
                // SAFETY: invariants 1 and 2 held for `shared` until now. This pointer now owns the reference to the
                // clone instead.
                unsafe { release_shared::<T, A, C>(shared, &self.allocator) };
            }
        }
        Ok(())
    }

    /// Returns a mutable reference to the value without checking the counts.
    ///
    /// # Safety
    ///
    /// There is no other strong or weak reference to the value, except the implicit weak one, while the mutable one is
    /// in use.
    #[inline]
    pub(in crate::collections) unsafe fn get_mut_unchecked(&mut self) -> &mut T {
        // SAFETY: the value is initialised by invariant 1, and nothing else uses it by `# Safety` of this fn.
        unsafe { self.value.as_mut() }
    }

    /// Moves the value into a new block. The weak references keep the old block, without a value.
    ///
    /// [`Counts::claim`] has taken the strong reference. It is put back if the allocation fails.
    #[cold]
    fn move_from_weak(&mut self) -> Result<(), AllocError> {
        /// Puts the strong reference back when dropped.
        struct PutBack<'a, C: Counts>(&'a C);

        impl<C: Counts> Drop for PutBack<'_, C> {
            fn drop(&mut self) {
                self.0.put_back();
            }
        }

        let put_back_on_failure = PutBack(self.counts());
        // SAFETY: the value is initialised by invariant 1. The strong count is 0 and cannot grow, so the value is not
        // used at the old place again.
        let moved = unsafe { block::move_value::<T, C, A>(self.value, &self.allocator)? };
        mem::forget(put_back_on_failure);
        let old_place = mem::replace(&mut self.value, moved);
        // SAFETY: the value was moved to `moved`, so it is initialised there.
        let layout = Layout::for_value(unsafe { moved.as_ref() });
        // SAFETY: `old_place` was in a block for this layout by invariant 1. With the last strong reference of that
        // block, which was taken, this pointer has its implicit weak reference.
        unsafe { block::release_weak::<C, A>(old_place.cast(), || layout, &self.allocator) };
        Ok(())
    }
}

impl<T, A: Allocator, C: Counts> Strong<T, A, C> {
    /// Allocates a block for a value that is not initialised yet.
    #[inline]
    pub(in crate::collections) fn uninit(
        contents: Contents,
        allocator: A,
    ) -> Result<Strong<MaybeUninit<T>, A, C>, AllocError> {
        let place = block::new::<C, A>(Layout::new::<T>(), contents, &allocator)?;
        // SAFETY: `place` is in a new block of `allocator`, whose only strong reference this is. A `MaybeUninit<T>` has
        // the layout of a `T` and needs no initialisation.
        Ok(unsafe { Strong::from_parts(place.cast(), allocator) })
    }

    #[inline]
    pub(in crate::collections) fn new(value: T, allocator: A) -> Result<Self, AllocError> {
        let mut this = Self::uninit(Contents::Uninit, allocator)?;
        // SAFETY: `this` is the only reference to the new block.
        unsafe { this.value.as_mut() }.write(value);
        // SAFETY: the line above initialises the value.
        Ok(unsafe { this.assume_init() })
    }

    /// Returns the value if this is the only strong reference, and the pointer otherwise.
    #[inline]
    pub(in crate::collections) fn try_unwrap(self) -> Result<T, Self> {
        if self.counts().take_last() {
            let (value, allocator) = self.into_parts();
            // SAFETY: invariant 1 held for this pointer. Its strong reference was the last, and was taken.
            Ok(unsafe { take_value(value, &allocator, PhantomData::<C>) })
        } else {
            Err(self)
        }
    }

    /// Releases the strong reference, and returns the value if it was the last. If several threads call this at once
    /// for all strong references, one of them gets the value.
    #[inline]
    pub(in crate::collections) fn into_inner(self) -> Option<T> {
        let (value, allocator) = self.into_parts();
        // SAFETY: `value` is in such a block by invariant 1, and the strong reference keeps the block.
        if unsafe { block::counts::<C>(value.cast()) }.release_strong() {
            // SAFETY: invariant 1 held for this pointer. Its strong reference was the last, and was released.
            Some(unsafe { take_value(value, &allocator, PhantomData::<C>) })
        } else {
            None
        }
    }
}

impl<T, A: Allocator, C: Counts> Strong<[T], A, C> {
    /// Allocates a block for `length` values that are not initialised yet.
    #[inline]
    pub(in crate::collections) fn uninit_slice(
        length: usize,
        contents: Contents,
        allocator: A,
    ) -> Result<Strong<[MaybeUninit<T>], A, C>, AllocError> {
        let layout = Layout::array::<T>(length).map_err(|_| AllocError)?;
        let place = block::new::<C, A>(layout, contents, &allocator)?;
        let values = NonNull::slice_from_raw_parts(place.cast(), length);
        // SAFETY: `place` is in a new block of `allocator`, whose only strong reference this is. `length`
        // `MaybeUninit<T>`s have this layout and need no initialisation.
        Ok(unsafe { Strong::from_parts(values, allocator) })
    }

    /// Moves the values of a vector into a block with counts, and frees the block of the vector. If allocation fails,
    /// the vector is dropped.
    pub(in crate::collections) fn from_vec(vector: Vec<T, A>) -> Result<Self, AllocError> {
        let mut vector = ManuallyDrop::new(vector);
        let capacity = vector.capacity();
        let values = NonNull::from(vector.as_mut_slice());
        // SAFETY: the values of a vector are initialised. The vector uses and drops them only if they are not moved.
        let moved = match unsafe { block::move_value::<[T], C, A>(values, vector.allocator()) } {
            Ok(moved) => moved,
            Err(error) => {
                drop(ManuallyDrop::into_inner(vector));
                return Err(error);
            }
        };
        // SAFETY: the vector is neither dropped nor used again, so the allocator is moved out only once.
        let allocator = unsafe { ptr::read(vector.allocator()) };
        // SAFETY: the values are in a new block of that allocator for their layout, whose only strong reference this is.
        let slice = unsafe { Self::from_parts(moved, allocator) };
        // SAFETY: these are the parts of the vector, whose values were moved out. Dropping the new vector frees the block.
        drop(unsafe { Vec::<T, &A>::from_raw_parts_in(values.cast().as_ptr(), 0, capacity, &slice.allocator) });
        Ok(slice)
    }
}

impl<T, A: Allocator, C: Counts> Strong<MaybeUninit<T>, A, C> {
    /// Converts the pointer to one to the initialised value.
    ///
    /// # Safety
    ///
    /// The value is initialised.
    #[inline]
    pub(in crate::collections) unsafe fn assume_init(self) -> Strong<T, A, C> {
        let (value, allocator) = self.into_parts();
        // SAFETY: the invariants held for `self`. A `T` has the layout of a `MaybeUninit<T>`, and is initialised by
        // `# Safety` of this fn.
        unsafe { Strong::from_parts(value.cast(), allocator) }
    }
}

impl<T: ?Sized, A: AllocatorClone, C: Counts> Clone for Strong<T, A, C> {
    #[inline]
    fn clone(&self) -> Self {
        let allocator = self.allocator.clone();
        // SAFETY: this pointer has a strong reference by invariant 2.
        unsafe { self.counts().clone_strong() };
        // SAFETY: invariant 1 holds as for this pointer. The strong reference was counted above.
        unsafe { Self::from_parts(self.value, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> Drop for Strong<T, A, C> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by invariants 1 and 2; the pointer is not used again.
        unsafe { release(self.value, &self.allocator, PhantomData::<C>) };
    }
}

/// Releases a strong reference. If it was the last, drops the value and then releases the implicit weak reference.
///
/// # Safety
///
/// Invariants 1 and 2 of [`Strong`] hold for `value` and `allocator`. The caller does not use the strong reference again.
#[inline]
unsafe fn release<T: ?Sized, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A, _: PhantomData<C>) {
    #[inline(never)]
    unsafe fn drop_value<T: ?Sized, A: Allocator, C: Counts>(mut value: NonNull<T>, allocator: &A) {
        // SAFETY: the value is initialised by invariant 1, and no other strong reference is left.
        let layout = Layout::for_value(unsafe { value.as_mut() });
        // SAFETY: `value` is in such a block by invariant 1. The implicit weak reference was left to the last strong one.
        let _implicit = unsafe { ImplicitWeak::<C, A>::new(value.cast(), layout, allocator) };
        // SAFETY: the value is initialised by invariant 1. The strong count is 0 and cannot grow, so nothing uses the
        // value again.
        unsafe { value.drop_in_place() };
    }

    // SAFETY: `value` is in such a block by invariant 1, and the strong reference keeps the block.
    if unsafe { block::counts::<C>(value.cast()) }.release_strong() {
        // SAFETY: invariant 1 holds by `# Safety` of this fn, and the reference was the last.
        unsafe { drop_value::<T, A, C>(value, allocator) };
    }
}

/// Calls [`release`] out of line, for a value that has other references. This keeps the code for an unshared value short.
///
/// # Safety
///
/// The conditions of [`release`].
#[inline(never)]
unsafe fn release_shared<T: ?Sized, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A) {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { release(value, allocator, PhantomData::<C>) };
}

/// Moves the value out after its last strong reference was released, and releases the implicit weak reference.
///
/// # Safety
///
/// Invariant 1 of [`Strong`] holds for `value` and `allocator`. The caller has released or taken the last strong reference.
#[inline]
unsafe fn take_value<T, A: Allocator, C: Counts>(value: NonNull<T>, allocator: &A, _: PhantomData<C>) -> T {
    // SAFETY: `value` is in such a block by invariant 1. The implicit weak reference was left to the last strong one.
    let _implicit = unsafe { ImplicitWeak::<C, A>::new(value.cast(), Layout::new::<T>(), allocator) };
    // SAFETY: the value is initialised by invariant 1. The strong count is 0 and cannot grow, so nothing uses the value
    // again.
    unsafe { value.read() }
}
