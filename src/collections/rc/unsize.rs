/// Turns an `Rc<T, A>` into an `Rc<dyn Trait, A>` or an `Rc<[T], A>`, which stable Rust does by itself for std's `Rc` only.
///
/// The type it is to become must be known: from a signature, a `let` with a type, or a field.
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
        // In a tuple, which is never coerced: a `&A` would become a `&B` where `A` dereferences to that.
        let allocator = (allocator,);
        // A coercion, never a cast: only what the compiler allows by itself passes.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of a pointer just taken apart; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::rc(value, allocator) }
    }};
}

/// Turns a [`rc::Weak<T, A>`](crate::collections::rc::Weak) into a `Weak<dyn Trait, A>` or a `Weak<[T], A>`, as [`unsize_rc!`]
/// does an `Rc`.
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
        // In a tuple, which is never coerced: a `&A` would become a `&B` where `A` dereferences to that.
        let allocator = (allocator,);
        // A coercion, never a cast: only what the compiler allows by itself passes.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of a pointer just taken apart; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::rc_weak(value, allocator) }
    }};
}
