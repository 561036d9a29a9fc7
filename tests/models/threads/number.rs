//! As the crate's `threads/number.rs`, with but one number. Threads say themselves when they end.

use super::local::{self, SLOTS};
use super::numbers::Numbers;
use crate::sync::AtomicUsize;

loom::lazy_static! {
    // All but the first are held.
    static ref NUMBERS: Numbers<1> = Numbers { held: [AtomicUsize::new(usize::MAX << SLOTS)] };
}

pub(crate) fn number() -> Option<usize> {
    local::number().or_else(|| {
        let number = NUMBERS.take()?;
        local::change_number(Some(number));
        Some(number)
    })
}

/// What the destructor does.
pub(crate) fn give_back() {
    if let Some(number) = local::number() {
        local::change_number(None);
        NUMBERS.give_back(number);
    }
}

pub(crate) fn with_idle(number: usize, action: impl FnOnce()) {
    if NUMBERS.take_this(number) {
        action();
        NUMBERS.give_back(number);
    }
}
