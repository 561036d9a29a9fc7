//! The numbers of this process.

use super::numbers::Numbers;
use crate::sync::AtomicUsize;

const WORDS: usize = 512 / usize::BITS as usize;

pub(super) static NUMBERS: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };
