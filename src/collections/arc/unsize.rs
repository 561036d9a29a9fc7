/// Converts an `Arc<T, A>` to an `Arc<dyn Trait, A>` or an `Arc<[T], A>`. Stable Rust coerces only std's `Arc`.
///
/// The target type must be known from the context: a signature, a `let` with a type, or a field.
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
        // A tuple is never coerced. A plain `&A` would be, to a `&B` if `A` dereferences to `B`.
        let allocator = (allocator,);
        // This is a coercion and not a cast, so the compiler rejects everything except unsizing.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of the pointer taken apart above. Unsizing keeps the address and the
        // layout.
        unsafe { $crate::collections::unsizing::arc(value, allocator) }
    }};
}

/// Converts an [`arc::Weak<T, A>`](crate::collections::arc::Weak) to a `Weak<dyn Trait, A>` or a `Weak<[T], A>`, as
/// [`unsize_arc!`] converts an `Arc`.
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
        // A tuple is never coerced. A plain `&A` would be, to a `&B` if `A` dereferences to `B`.
        let allocator = (allocator,);
        // This is a coercion and not a cast, so the compiler rejects everything except unsizing.
        let value: *const _ = value;
        // SAFETY: pointer and allocator are those of the pointer taken apart above. Unsizing keeps the address and the
        // layout.
        unsafe { $crate::collections::unsizing::arc_weak(value, allocator) }
    }};
}
