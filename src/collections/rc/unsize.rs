/// Converts an `Rc<T, A>` to an `Rc<dyn Trait, A>` or an `Rc<[T], A>`. Stable Rust coerces only std's `Rc`.
///
/// The target type must be known from the context: a signature, a `let` with a type, or a field.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::Rc, unsize_rc};
///
/// let double: Rc<dyn Fn(u8) -> u8, System> = unsize_rc!(Rc::new_in(|n| n * 2, System));
/// assert_eq!(double(4), 8);
/// ```
#[macro_export]
macro_rules! unsize_rc {
    ($rc:expr $(,)?) => {{
        let (value, allocator) = $crate::collections::Rc::into_raw_with_allocator($rc);
        // A tuple is never coerced. A plain `&A` would be, to a `&B` if `A` dereferences to `B`.
        let allocator = (allocator,);
        // This is a coercion and not a cast, so the compiler rejects everything except unsizing.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of the pointer taken apart above. Unsizing keeps the address and the
        // layout.
        unsafe { $crate::collections::unsizing::rc(value, allocator) }
    }};
}

/// Converts an [`rc::Weak<T, A>`](crate::collections::rc::Weak) to a `Weak<dyn Trait, A>` or a `Weak<[T], A>`, as
/// [`unsize_rc!`] converts an `Rc`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::{Rc, rc::Weak}, unsize_rc_weak};
///
/// let double = Rc::new_in(|n| n * 2, System);
/// let weak: Weak<dyn Fn(u8) -> u8, System> = unsize_rc_weak!(Rc::downgrade(&double));
/// assert_eq!(weak.upgrade().unwrap()(4), 8);
///
/// let nothing: Weak<dyn Fn(u8) -> u8, System> = unsize_rc_weak!(Weak::<fn(u8) -> u8, _>::new_in(System));
/// assert!(nothing.upgrade().is_none());
/// ```
#[macro_export]
macro_rules! unsize_rc_weak {
    ($weak:expr $(,)?) => {{
        let (value, allocator) = $crate::collections::rc::Weak::into_raw_with_allocator($weak);
        // A tuple is never coerced. A plain `&A` would be, to a `&B` if `A` dereferences to `B`.
        let allocator = (allocator,);
        // This is a coercion and not a cast, so the compiler rejects everything except unsizing.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of the pointer taken apart above. Unsizing keeps the address and the
        // layout.
        unsafe { $crate::collections::unsizing::rc_weak(value, allocator) }
    }};
}
