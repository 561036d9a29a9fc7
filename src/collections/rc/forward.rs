//! Traits that an `Rc` implements by forwarding to its value.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::Rc;
use crate::api::Allocator;

impl<T: ?Sized, A: Allocator> AsRef<T> for Rc<T, A> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized, A: Allocator> Borrow<T> for Rc<T, A> {
    #[inline]
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized + PartialEq, A: Allocator> PartialEq for Rc<T, A> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        T::eq(self, other)
    }

    #[inline]
    #[expect(clippy::partialeq_ne_impl, reason = "the `ne` of the value need not be the negation of its `eq`")]
    fn ne(&self, other: &Self) -> bool {
        T::ne(self, other)
    }
}

impl<T: ?Sized + Eq, A: Allocator> Eq for Rc<T, A> {}

impl<T: ?Sized + PartialOrd, A: Allocator> PartialOrd for Rc<T, A> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        T::partial_cmp(self, other)
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        T::lt(self, other)
    }

    #[inline]
    fn le(&self, other: &Self) -> bool {
        T::le(self, other)
    }

    #[inline]
    fn gt(&self, other: &Self) -> bool {
        T::gt(self, other)
    }

    #[inline]
    fn ge(&self, other: &Self) -> bool {
        T::ge(self, other)
    }
}

impl<T: ?Sized + Ord, A: Allocator> Ord for Rc<T, A> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        T::cmp(self, other)
    }
}

impl<T: ?Sized + Hash, A: Allocator> Hash for Rc<T, A> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        T::hash(self, state);
    }
}

impl<T: ?Sized + fmt::Display, A: Allocator> fmt::Display for Rc<T, A> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: ?Sized + fmt::Debug, A: Allocator> fmt::Debug for Rc<T, A> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: ?Sized, A: Allocator> fmt::Pointer for Rc<T, A> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&Self::as_ptr(self), f)
    }
}
