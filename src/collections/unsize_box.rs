/// Converts a `Box<T, A>` to a `Box<dyn Trait, A>` or a `Box<[T], A>`. Stable Rust coerces only std's `Box`.
///
/// The target type must be known from the context: a signature, a `let` with a type, or a field.
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
        // A tuple is never coerced. A plain `&A` would be, to a `&B` if `A` dereferences to `B`.
        let allocator = (allocator,);
        // This is a coercion and not a cast, so the compiler rejects everything except unsizing.
        let value: *mut _ = value;
        // SAFETY: pointer and allocator come from one box; unsizing keeps the address and the layout.
        unsafe { $crate::collections::unsizing::boxed(value, allocator) }
    }};
}
