//! As the crate's `threads/number.rs`, with loom's thread-locals and but one number. Threads say themselves when they end.

use std::cell::Cell;

use super::numbers::Numbers;
use crate::sync::AtomicUsize;

pub(crate) const LIMIT: usize = 1;

loom::lazy_static! {
    // All but the first are held.
    static ref NUMBERS: Numbers<1> = Numbers { held: [AtomicUsize::new(usize::MAX << LIMIT)] };
}

loom::thread_local! {
    static NUMBER: Cell<usize> = Cell::new(LIMIT);
}

pub(crate) fn number_or_limit() -> usize {
    NUMBER.with(Cell::get)
}

pub(crate) fn number() -> Option<usize> {
    match number_or_limit() {
        LIMIT => {
            let number = NUMBERS.take()?;
            NUMBER.with(|own| own.set(number));
            Some(number)
        }
        number => Some(number),
    }
}

/// What the destructor does.
pub(crate) fn give_back() {
    let number = NUMBER.with(|own| own.replace(LIMIT));
    if number < LIMIT {
        NUMBERS.give_back(number);
    }
}

pub(crate) fn with_idle(number: usize, action: impl FnOnce()) {
    if NUMBERS.take_this(number) {
        action();
        NUMBERS.give_back(number);
    }
}
