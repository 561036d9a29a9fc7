/// Creates a [`Vec`](crate::collections::Vec) in an allocator, from listed elements or from a repeated one: std's
/// `vec!` with an allocator.
///
/// The forms are `vec_in![in allocator; a, b, c]` and `vec_in![in allocator; element; count]`. The allocator is
/// evaluated first. A repeated element is cloned; if it is the number 0, the macro requests zeroed memory instead.
///
/// # Panics
///
/// Panics if the elements need more than `isize::MAX` bytes. [`try_vec_in!`](crate::try_vec_in) returns an error
/// instead.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::Vec, vec_in};
///
/// let arena = Arena::new();
/// assert_eq!(vec_in![in &arena; 1, 2, 3], [1, 2, 3]);
/// assert_eq!(vec_in![in &arena; "face"; 2], ["face", "face"]);
/// let empty: Vec<u8, &Arena> = vec_in![in &arena];
/// assert!(empty.is_empty());
/// ```
#[macro_export]
macro_rules! vec_in {
    (in $allocator:expr $(;)?) => {
        $crate::collections::Vec::new_in($allocator)
    };
    (in $allocator:expr; $element:expr; $count:expr) => {
        match $allocator {
            allocator => $crate::collections::vec::from_elem_in($element, $count, allocator),
        }
    };
    (in $allocator:expr; $($element:expr),+ $(,)?) => {
        match $allocator {
            allocator => <$crate::collections::Vec<_, _> as $crate::collections::FromIn<_>>::from_in([$($element),+], allocator),
        }
    };
}

/// The twin of [`vec_in!`](crate::vec_in) that returns an error.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Null, System, try_vec_in};
///
/// assert_eq!(try_vec_in![in System; 1, 2].unwrap(), [1, 2]);
/// assert!(try_vec_in![in Null; 0_u8; 9].is_err());
/// ```
#[macro_export]
macro_rules! try_vec_in {
    (in $allocator:expr $(;)?) => {
        $crate::collections::Vec::try_with_capacity_in(0, $allocator)
    };
    (in $allocator:expr; $element:expr; $count:expr) => {
        match $allocator {
            allocator => $crate::collections::vec::try_from_elem_in($element, $count, allocator),
        }
    };
    (in $allocator:expr; $($element:expr),+ $(,)?) => {
        match $allocator {
            allocator => <$crate::collections::Vec<_, _> as $crate::collections::FromIn<_>>::try_from_in(
                [$($element),+],
                allocator,
            ),
        }
    };
}
