/// Turns a `Box<T, A>` into a `Box<dyn Trait, A>` or a `Box<[T], A>`, which stable Rust does by itself for std's `Box` only.
///
/// The type it is to become must be known: from a signature, a `let` with a type, or a field.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::Box, unsize_box};
/// use std::{future::Future, pin::Pin};
///
/// let double: Box<dyn Fn(u8) -> u8, System> = unsize_box!(Box::new_in(|n| n * 2, System));
/// assert_eq!(double(4), 8);
///
/// let ready: Box<dyn Future<Output = u8>, System> = unsize_box!(Box::new_in(async { 7 }, System));
/// let pinned: Pin<Box<dyn Future<Output = u8>, System>> = Box::into_pin(ready);
/// # drop(pinned);
/// ```
#[macro_export]
macro_rules! unsize_box {
    ($boxed:expr $(,)?) => {{
        let (value, allocator) = $crate::collections::Box::into_raw_with_allocator($boxed);
        // In a tuple, which is never coerced: a `&A` would become a `&B` where `A` dereferences to that.
        let allocator = (allocator,);
        // A coercion, never a cast: only what the compiler allows by itself passes.
        let value: *mut _ = value;
        // SAFETY: pointer and allocator are those of a box just taken apart; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::boxed(value, allocator) }
    }};
}
