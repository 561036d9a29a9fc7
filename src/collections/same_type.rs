//! Comparing types, for what std does with specialisation.

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem;

/// Whether `L` and `R` are the same type but for lifetimes.
///
/// That is known when code is generated, so a branch on it costs nothing.
#[inline(always)]
pub(crate) fn same_type<L: ?Sized, R: ?Sized>() -> bool {
    id::<L>() == id::<R>()
}

/// `value` as the type that it is of.
///
/// # Safety
///
/// The types are the same, and where they differ in lifetimes the caller lets nobody rely on those of `R`.
#[inline(always)]
pub(crate) unsafe fn transmute_same<L, R>(value: L) -> R {
    debug_assert!(same_type::<L, R>());
    let value = mem::ManuallyDrop::new(value);
    // SAFETY: one type, and `value` is not used again.
    unsafe { (&raw const value).cast::<R>().read() }
}

/// The id of the type that `T` is if all its lifetimes are `'static`.
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
    // SAFETY: the same but for a lifetime that code does not know: it is generated once for all lifetimes. The method called
    // reads nothing through the reference, and what it returns has no lifetime.
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
