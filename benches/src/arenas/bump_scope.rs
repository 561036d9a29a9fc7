use std::alloc::Layout;

use bump_scope::Bump;
use bump_scope::alloc::Global;
use bump_scope::settings::{BumpSettings, MinimumAlignment, SupportedMinimumAlignment};

use super::BumpArena;

/// bump-scope's arena, with the other settings as by default.
pub type BumpScope<const MIN_ALIGN: usize, const UP: bool> = Bump<Global, BumpSettings<MIN_ALIGN, UP>>;

impl<const MIN_ALIGN: usize, const UP: bool> BumpArena for BumpScope<MIN_ALIGN, UP>
where
    MinimumAlignment<MIN_ALIGN>: SupportedMinimumAlignment,
{
    type Handle<'a> = &'a Self;

    #[inline]
    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn with_capacity(bytes: usize) -> Self {
        Self::with_capacity(Layout::array::<u8>(bytes).expect("the capacity exceeds `isize::MAX`"))
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    #[inline]
    fn place<T: Copy>(&self, value: T) -> &mut T {
        self.alloc(value).into_mut()
    }

    #[inline]
    fn reset(&mut self) {
        self.reset();
    }
}
