/// Turns an `Arc<T, A>` into an `Arc<dyn Trait, A>` or an `Arc<[T], A>`, which stable Rust does by itself for std's `Arc` only.
///
/// The type it is to become must be known: from a signature, a `let` with a type, or a field.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::Arc, unsize_arc};
///
/// let double: Arc<dyn Fn(u8) -> u8, System> = unsize_arc!(Arc::new_in(|n| n * 2, System));
/// assert_eq!(double(4), 8);
/// ```
#[macro_export]
macro_rules! unsize_arc {
    ($arc:expr $(,)?) => {{
        let (value, allocator) = $crate::collections::Arc::into_raw_with_allocator($arc);
        // In a tuple, which is never coerced: a `&A` would become a `&B` where `A` dereferences to that.
        let allocator = (allocator,);
        // A coercion, never a cast: only what the compiler allows by itself passes.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of a pointer just taken apart; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::arc(value, allocator) }
    }};
}

/// Turns a [`arc::Weak<T, A>`](crate::collections::arc::Weak) into a `Weak<dyn Trait, A>` or a `Weak<[T], A>`, as
/// [`unsize_arc!`] does an `Arc`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::{Arc, arc::Weak}, unsize_arc_weak};
///
/// let double = Arc::new_in(|n| n * 2, System);
/// let weak: Weak<dyn Fn(u8) -> u8, System> = unsize_arc_weak!(Arc::downgrade(&double));
/// assert_eq!(weak.upgrade().unwrap()(4), 8);
///
/// let nothing: Weak<dyn Fn(u8) -> u8, System> = unsize_arc_weak!(Weak::<fn(u8) -> u8, _>::new_in(System));
/// assert!(nothing.upgrade().is_none());
/// ```
#[macro_export]
macro_rules! unsize_arc_weak {
    ($weak:expr $(,)?) => {{
        let (value, allocator) = $crate::collections::arc::Weak::into_raw_with_allocator($weak);
        // In a tuple, which is never coerced: a `&A` would become a `&B` where `A` dereferences to that.
        let allocator = (allocator,);
        // A coercion, never a cast: only what the compiler allows by itself passes.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of a pointer just taken apart; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::arc_weak(value, allocator) }
    }};
}
