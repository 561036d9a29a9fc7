/// Creates a [`String`](crate::collections::String) in an allocator from a format: std's `format!` with an allocator.
///
/// The form is `format_in!(in allocator, "format", arguments...)`. The allocator is evaluated first.
///
/// # Panics
///
/// Panics if an implementation of a formatting trait returns an error, or if the text needs more than `isize::MAX`
/// bytes. If there is no memory, [`try_format_in!`](crate::try_format_in) returns an error.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, format_in};
///
/// let arena = Arena::new();
/// let name = "Janus";
/// assert_eq!(format_in!(in &arena, "{name} has {} faces, not {other}", 2, other = 1), "Janus has 2 faces, not 1");
/// ```
#[macro_export]
macro_rules! format_in {
    (in $allocator:expr, $($format:tt)+) => {
        match $allocator {
            allocator => $crate::collections::String::format_in(::core::format_args!($($format)+), allocator),
        }
    };
}

/// The twin of [`format_in!`](crate::format_in) that returns an error.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Null, System, try_format_in};
///
/// assert_eq!(try_format_in!(in System, "{} faces", 2).unwrap(), "2 faces");
/// assert!(try_format_in!(in Null, "{} faces", 2).is_err());
/// ```
#[macro_export]
macro_rules! try_format_in {
    (in $allocator:expr, $($format:tt)+) => {
        match $allocator {
            allocator => $crate::collections::String::try_format_in(::core::format_args!($($format)+), allocator),
        }
    };
}
