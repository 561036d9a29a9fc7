//! Comparison of types in generic code, where std uses specialisation.

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem;

/// Returns whether `L` and `R` are the same type, ignoring lifetimes.
///
/// The result is a constant once code is generated, so a branch on it costs nothing.
#[inline(always)]
pub(crate) fn same_type<L: ?Sized, R: ?Sized>() -> bool {
    id::<L>() == id::<R>()
}

/// Returns `value` as a value of type `R`, which is its type `L` with perhaps other lifetimes.
///
/// # Safety
///
/// 1. `L` and `R` are the same type, ignoring lifetimes.
/// 2. Nothing relies on a lifetime of `R` that `L` does not guarantee.
#[inline(always)]
pub(crate) unsafe fn transmute_same<L, R>(value: L) -> R {
    debug_assert!(same_type::<L, R>());
    let value = mem::ManuallyDrop::new(value);
    // SAFETY: by `# Safety` (1) the types and their layouts are the same, and by (2) the lifetimes may differ. `value`
    // is not used again, so it is moved once.
    unsafe { (&raw const value).cast::<R>().read() }
}

/// Returns the `TypeId` of `T` with all its lifetimes replaced by `'static`.
#[inline(always)]
fn id<T: ?Sized>() -> TypeId {
    trait Identified {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }

    impl<T: ?Sized> Identified for PhantomData<T> {
        #[inline(always)]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }

    let phantom = PhantomData::<T>;
    let identified: &dyn Identified = &phantom;
    // SAFETY: only the lifetime bound changes, and generated code is the same for all lifetimes. The method reads
    // nothing through the reference and returns nothing with a lifetime.
    let identified: &(dyn Identified + 'static) = unsafe { mem::transmute(identified) };
    identified.id()
}

#[cfg(test)]
mod tests {
    use super::same_type;

    fn with_lifetimes<'l, 'r: 'l>(_: &'l u8, _: &'r u8) {
        assert!(same_type::<&'l u8, &'r u8>());
        assert!(same_type::<core::slice::Iter<'l, &'r str>, core::slice::Iter<'static, &'static str>>());
        assert!(!same_type::<&'l u8, &'r mut u8>());
        assert!(!same_type::<&'l u8, &'r i8>());
    }

    #[test]
    fn lifetimes_make_no_difference() {
        let local = 1;
        with_lifetimes(&local, &2);
        assert!(same_type::<str, str>() && !same_type::<str, [u8]>());
    }
}
