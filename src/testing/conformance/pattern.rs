//! The bytes that the kit writes into blocks. They are random, and differ by position and by block. They are written
//! and compared in long runs, which is fast without optimisation, too.

use core::ptr::NonNull;
use core::slice;

use super::random::Random;

/// The period of the pattern, in bytes. It is prime, so that a block copied from a wrong offset differs: such an offset
/// is mostly a multiple of a power of two.
const PERIOD: usize = 65_521;

static ZEROS: [u8; 4096] = [0; 4096];

/// An endless sequence of bytes with a period of [`PERIOD`]. The bytes of a block start at its phase.
pub(super) struct Pattern(Box<[u8]>);

impl Pattern {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut bytes = Vec::with_capacity(PERIOD + 8);
        while bytes.len() < PERIOD {
            bytes.extend(random.next().to_le_bytes());
        }
        bytes.truncate(PERIOD);
        Self(bytes.into_boxed_slice())
    }

    /// Returns the phase for a new block.
    pub(super) fn phase(random: &mut Random) -> usize {
        random.below(PERIOD)
    }

    /// Calls `run` with each offset in the block and the bytes that belong there, until it returns `false`.
    fn runs(&self, phase: usize, from: usize, to: usize, mut run: impl FnMut(usize, &[u8]) -> bool) {
        let mut offset = from;
        while offset < to {
            let bytes = &self.0[(phase + offset) % PERIOD..];
            let bytes = &bytes[..bytes.len().min(to - offset)];
            if !run(offset, bytes) {
                return;
            }
            offset += bytes.len();
        }
    }

    /// Writes the bytes `from..to` of a block.
    ///
    /// # Safety
    ///
    /// `start` is valid for writes of `to` bytes.
    pub(super) unsafe fn write(&self, start: NonNull<u8>, phase: usize, from: usize, to: usize) {
        self.runs(phase, from, to, |offset, bytes| {
            // SAFETY: `offset` is below `to`.
            let target = unsafe { start.add(offset) };
            // SAFETY: `offset + bytes.len()` is at most `to`. The pattern is other memory.
            unsafe { target.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
            true
        });
    }

    /// Returns the offset of the first of the bytes `0..to` of a block that differs from what [`write`](Self::write)
    /// wrote.
    ///
    /// # Safety
    ///
    /// `start` is valid for reads of `to` bytes, which are initialised.
    pub(super) unsafe fn first_difference(&self, start: NonNull<u8>, phase: usize, to: usize) -> Option<usize> {
        let mut difference = None;
        self.runs(phase, 0, to, |offset, bytes| {
            // SAFETY: `offset` is below `to`.
            let actual = unsafe { start.add(offset) };
            // SAFETY: by `# Safety` of this fn. The slice ends before the kit makes another call, so nothing writes to
            // it.
            let actual = unsafe { slice::from_raw_parts(actual.as_ptr(), bytes.len()) };
            if actual != bytes {
                difference = actual.iter().zip(bytes).position(|(a, b)| a != b).map(|position| offset + position);
            }
            difference.is_none()
        });
        difference
    }
}

/// Returns the offset of the first of the bytes `from..to` that is not zero.
///
/// # Safety
///
/// `start` is valid for reads of `to` bytes, which are initialised from `from` on.
pub(super) unsafe fn first_not_zero(start: NonNull<u8>, from: usize, to: usize) -> Option<usize> {
    let mut offset = from;
    while offset < to {
        let length = ZEROS.len().min(to - offset);
        // SAFETY: `offset` is below `to`.
        let actual = unsafe { start.add(offset) };
        // SAFETY: by `# Safety` of this fn. The slice ends before the kit makes another call, so nothing writes to it.
        let actual = unsafe { slice::from_raw_parts(actual.as_ptr(), length) };
        if actual != &ZEROS[..length] {
            return actual.iter().position(|&byte| byte != 0).map(|position| offset + position);
        }
        offset += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use core::ptr::NonNull;

    use super::{PERIOD, Pattern, first_not_zero};
    use crate::testing::conformance::random::Random;

    #[test]
    fn every_changed_byte_is_found() {
        let pattern = Pattern::new(&mut Random::new(1));
        let length = 2 * PERIOD + 100;
        let mut block = vec![0_u8; length];
        let start = NonNull::new(block.as_mut_ptr()).unwrap();
        for phase in [0, 1, PERIOD - 1] {
            // SAFETY: the vector has `length` bytes.
            unsafe { pattern.write(start, phase, 0, length) };
            for changed in [0, 1, PERIOD - 1, PERIOD, length - 1] {
                // SAFETY: as above.
                assert_eq!(unsafe { pattern.first_difference(start, phase, length) }, None);
                // SAFETY: as above.
                let byte = unsafe { start.add(changed) };
                // SAFETY: as above.
                let right = unsafe { byte.read() };
                // SAFETY: as above.
                unsafe { byte.write(right ^ 1) };
                // SAFETY: as above.
                assert_eq!(unsafe { pattern.first_difference(start, phase, length) }, Some(changed));
                // SAFETY: as above.
                assert_eq!(unsafe { pattern.first_difference(start, phase, changed) }, None);
                // SAFETY: as above.
                unsafe { pattern.write(start, phase, changed, changed + 1) };
            }
        }
    }

    #[test]
    fn blocks_differ_by_phase() {
        let pattern = Pattern::new(&mut Random::new(1));
        let mut block = [0_u8; 64];
        let start = NonNull::from(&mut block).cast();
        // SAFETY: the array has 64 bytes.
        unsafe { pattern.write(start, 5, 0, 64) };
        // SAFETY: as above.
        assert!(unsafe { pattern.first_difference(start, 6, 64) }.is_some());
    }

    #[test]
    fn every_byte_but_zero_is_found() {
        let mut block = vec![0_u8; 10_000];
        for position in [0, 4095, 4096, 9999] {
            block[position] = 1;
            let start = NonNull::new(block.as_mut_ptr()).unwrap();
            // SAFETY: the vector has 10,000 bytes.
            assert_eq!(unsafe { first_not_zero(start, 0, 10_000) }, Some(position));
            // SAFETY: as above.
            assert_eq!(unsafe { first_not_zero(start, position + 1, 10_000) }, None);
            // SAFETY: as above.
            assert_eq!(unsafe { first_not_zero(start, 0, position) }, None);
            block[position] = 0;
        }
    }
}
