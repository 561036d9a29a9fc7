use core::error::Error;
use core::fmt;

/// A kind of violation. Each belongs to one of the [numbered rules](crate::api#the-rules).
///
/// # Examples
///
/// ```
/// use janus_alloc::testing::conformance::Rule;
///
/// assert_eq!(Rule::Zeroed.number(), 5);
/// assert_eq!(Rule::Zeroed.to_string(), "`allocate_zeroed` zeroes every returned byte");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// Rule 1: a block is shorter than requested, is longer than `isize::MAX` (rounded up to its align), or wraps
    /// around the end of memory.
    Length,
    /// Rule 1: a block is not aligned as requested.
    Alignment,
    /// Rule 1: a layout near `isize::MAX` bytes was not refused.
    HugeLayout,
    /// Rule 2: a block shares bytes with a live block.
    Disjoint,
    /// Rule 2: bytes of a live block changed, and the kit did not write them.
    Untouched,
    /// Rule 3: a call unwound when a block was freed or resized under a size that is larger than the requested one, but
    /// fits the block. (The kit cannot know whether the call would have unwound under the requested size.)
    FitRange,
    /// Rule 4: after `grow` or `grow_zeroed`, one of the first `old_layout.size()` bytes differs.
    GrowKeeps,
    /// Rule 4: after `shrink`, one of the first `new_layout.size()` bytes differs.
    ShrinkKeeps,
    /// Rule 4: a block resized to another align does not have that align; or it stayed at its address, and
    /// [`strict_realign`](super::Options::strict_realign) is set.
    Realign,
    /// Rule 4: a `grow` or `shrink` that failed had changed the old block, or given its memory away.
    ErrKeeps,
    /// Rule 5: a byte from `allocate_zeroed` is not zero. It may lie behind the requested size.
    Zeroed,
    /// Rule 5: after `grow_zeroed`, a byte from `old_layout.size()` on is not zero. It may have belonged to the old
    /// block, behind that size.
    GrowZeroed,
    /// Rule 6: a block requested with size 0 is not aligned as requested.
    ZeroSize,
    /// Rule 6: at size 0, a pointer that the allocator had not returned was taken for a block: the live block at that
    /// address was freed, or the call unwound.
    Dangling,
    /// Rule 7: a method, the drop or a clone unwound.
    Unwind,
    /// Rule 8: the allocator's blocks lie inside its value, or changed when the value was moved.
    Move,
    /// Rule 10: blocks changed when one clone was dropped or the other used afterwards; or a call to a clone with a
    /// block of the other unwound.
    Equivalence,
}

impl Rule {
    /// Returns the number of the rule in [the list](crate::api#the-rules).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::testing::conformance::Rule;
    ///
    /// assert_eq!(Rule::Disjoint.number(), Rule::Untouched.number());
    /// ```
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Length | Self::Alignment | Self::HugeLayout => 1,
            Self::Disjoint | Self::Untouched => 2,
            Self::FitRange => 3,
            Self::GrowKeeps | Self::ShrinkKeeps | Self::Realign | Self::ErrKeeps => 4,
            Self::Zeroed | Self::GrowZeroed => 5,
            Self::ZeroSize | Self::Dangling => 6,
            Self::Unwind => 7,
            Self::Move => 8,
            Self::Equivalence => 10,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a block is as long as requested, at most `isize::MAX` bytes, and does not wrap",
            Self::Alignment => "a block is aligned as requested",
            Self::HugeLayout => "a layout too large is an `Err`",
            Self::Disjoint => "live blocks share no bytes",
            Self::Untouched => "the allocator does not write into live blocks",
            Self::FitRange => "every size from the requested to the returned one is accepted as the block's",
            Self::GrowKeeps => "`grow` keeps the first `old_layout.size()` bytes",
            Self::ShrinkKeeps => "`shrink` keeps the first `new_layout.size()` bytes",
            Self::Realign => "a changed align is obeyed, and moves the block",
            Self::ErrKeeps => "an `Err` leaves the old block intact",
            Self::Zeroed => "`allocate_zeroed` zeroes every returned byte",
            Self::GrowZeroed => "`grow_zeroed` zeroes every byte from `old_layout.size()` on",
            Self::ZeroSize => "a block of size 0 is aligned as requested",
            Self::Dangling => "at size 0 every aligned pointer is accepted, and nothing is freed",
            Self::Unwind => "no method, drop or clone unwinds",
            Self::Move => "moving the allocator leaves its blocks valid",
            Self::Equivalence => "clones keep and accept each other's blocks",
        })
    }
}

/// A broken rule: which one, in which operation, and how to reproduce it.
///
/// # Examples
///
/// ```
/// use core::ptr::NonNull;
/// use janus_alloc::api::{AllocError, Allocator, Layout};
/// use janus_alloc::testing::conformance::{Options, Rule, check};
///
/// struct Panics;
/// // SAFETY: it returns no block. (But it breaks rule 7.)
/// unsafe impl Allocator for Panics {
///     fn allocate(&self, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
///         panic!("out of memory")
///     }
///     unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
/// }
///
/// let violation = check(Panics, &Options { seed: 3, ..Options::default() }).unwrap_err();
/// assert_eq!((violation.rule, violation.operation, violation.seed), (Rule::Unwind, 1, 3));
/// assert!(violation.to_string().contains("out of memory"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The operation in which the violation was noticed, counted from 1. The frees at the end and the drop count as one
    /// more.
    pub operation: usize,
    /// The seed of the run. With the same options it gives the same violation, if the allocator is deterministic.
    pub seed: u64,
    /// The call with its layouts, and the fault.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, operation, seed, detail } = self;
        write!(
            f,
            "broken rule {} ({rule:?}: {rule}) at operation {operation}: {detail} (seed {seed}: the same seed and options \
             reproduce it, if the allocator answers alike)",
            rule.number()
        )
    }
}

/// The same text as `Display`, since `unwrap` prints it.
impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Violation {}
