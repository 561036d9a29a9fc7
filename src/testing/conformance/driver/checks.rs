//! The checks before and after each call.

use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

use super::{Block, Call, Driver, Origin, Pattern, Resize, Rule, Violation};
use crate::api::Layout;
use crate::testing::conformance::pattern::first_not_zero;

/// Whether every huge layout must be refused, because no address space of 64 bits has room for it. With 32 bits there
/// may be.
const HUGE_MUST_FAIL: bool = usize::BITS >= 64;

impl Driver<'_> {
    /// Checks the block that a call returned, fills it with the pattern, and adds it to the model.
    pub(super) fn receive(&mut self, call: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        self.inspect(call, returned)?;
        let layout = call.layout();
        let start = returned.cast::<u8>();
        let written = returned.len().min(self.max_written).max(layout.size());
        // The number of old bytes that must be kept, their phase, and whether the rest must be zero.
        let (kept, phase, zeroed) = match *call {
            Call::Resize { method, block, old, new } => {
                (old.size().min(new.size()), block.phase, method == Resize::GrowZeroed)
            }
            Call::Allocate { zeroed, .. } => (0, Pattern::phase(&mut self.random), zeroed),
            Call::Deallocate { .. } => (0, 0, false),
        };
        // SAFETY: the block has at least `kept` bytes. By the contract of `grow` and `shrink` they are the old ones, so
        // they are initialised.
        if let Some(at) = unsafe { self.pattern.first_difference(start, phase, kept) } {
            let shrunk = matches!(call, Call::Resize { method: Resize::Shrink, .. });
            let rule = if shrunk { Rule::ShrinkKeeps } else { Rule::GrowKeeps };
            return Err(self.violation(rule, format!("{call} lost the byte at offset {at}")));
        }
        if zeroed {
            // SAFETY: the block has at least `written` bytes. By the contract they are zero from `kept` on, so they are
            // initialised.
            if let Some(at) = unsafe { first_not_zero(start, kept, written) } {
                let grown = matches!(call, Call::Resize { .. });
                let rule = if grown { Rule::GrowZeroed } else { Rule::Zeroed };
                let length = returned.len();
                let detail = format!("{call} returned {length} bytes, and the one at offset {at} is not zero");
                return Err(self.violation(rule, detail));
            }
        }
        // SAFETY: the block has at least `written` bytes, and overlaps no other.
        unsafe { self.pattern.write(start, phase, kept, written) };

        self.report.bytes_checked += (if zeroed { written } else { kept }) as u64;
        self.report.zero_sized += u64::from(layout.size() == 0);
        self.report.longer += u64::from(returned.len() > layout.size());
        self.shadow.insert(Block {
            start,
            requested: layout.size(),
            length: returned.len(),
            align: layout.align(),
            written,
            phase,
            origin: Origin::Slot(self.last_slot),
        });
        Ok(())
    }

    /// Reports that a huge layout was not refused. With 32-bit addresses it may be served: then frees the block without
    /// a write to it.
    pub(super) fn receive_huge(&mut self, call: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        if HUGE_MUST_FAIL {
            let length = returned.len();
            return Err(self.violation(Rule::HugeLayout, format!("{call} returned {length} bytes")));
        }
        self.inspect(call, returned)?;
        let (start, length) = (returned.cast(), returned.len());
        let layout = call.layout();
        let block = self.untouched(start, layout, length);
        self.call(&Call::Deallocate { block, layout })?;
        Ok(())
    }

    /// Checks the address and length of a returned block, without access to its bytes.
    fn inspect(&mut self, call: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        let layout = call.layout();
        let (start, length) = (returned.cast::<u8>(), returned.len());
        let address = start.addr().get();
        let realigned = matches!(*call, Call::Resize { old, new, .. } if old.align() != new.align());

        if length < layout.size() {
            return Err(self.violation(Rule::Length, format!("{call} returned {length} bytes only")));
        }
        if Layout::from_size_align(length, layout.align()).is_err() {
            return Err(self.violation(Rule::Length, format!("{call} returned {length} bytes, beyond isize::MAX")));
        }
        if address.checked_add(length).is_none() {
            let detail = format!("{call} returned {length} bytes at {address:#x}, beyond the end of memory");
            return Err(self.violation(Rule::Length, detail));
        }
        if address % layout.align() != 0 {
            let rule = match layout.size() {
                0 => Rule::ZeroSize,
                _ if realigned => Rule::Realign,
                _ => Rule::Alignment,
            };
            return Err(self.violation(rule, format!("{call} returned {address:#x}, which is not so aligned")));
        }
        if let Call::Resize { block, old, new, .. } = *call {
            let stayed = block.start == start && old.size() != 0 && new.size() != 0;
            if self.options.strict_realign && realigned && stayed {
                let detail = format!("{call} left the block at its address under another align");
                return Err(self.violation(Rule::Realign, detail));
            }
        }
        let inside = |slot: Range<usize>| address < slot.end && slot.start < address + length;
        if length != 0 && self.slots.addresses().into_iter().any(inside) {
            let detail = format!("{call} returned a block inside the allocator value, which may be moved");
            return Err(self.violation(Rule::Move, detail));
        }
        if let Some((other, end)) = self.shadow.overlap(address, length) {
            let detail = format!(
                "{call} returned {length} bytes at {address:#x}, which overlap a live block of {} bytes at {other:#x}",
                end - other
            );
            return Err(self.violation(Rule::Disjoint, detail));
        }
        Ok(())
    }

    /// Allocates a block and frees it without a write to it, to see whether that changes other blocks. The new block
    /// must not be the block that a failed call had to leave alone.
    pub(super) fn probe(&mut self, layout: Layout, kept: Option<(&Block, &Call)>) -> Result<(), Violation> {
        let call = Call::Allocate { layout, zeroed: false };
        let Some(returned) = self.call(&call)? else { return Ok(()) };
        let (start, length) = (returned.cast::<u8>(), returned.len());
        if let Some((block, failed)) = kept {
            let overlap = self.shadow.overlap(start.addr().get(), length);
            if overlap.is_some_and(|(start, _)| start == block.start.addr().get()) {
                let detail = format!("{failed} returned Err, but {call} after it gave out the same memory");
                return Err(self.violation(Rule::ErrKeeps, detail));
            }
        }
        self.inspect(&call, returned)?;
        let block = self.untouched(start, layout, length);
        self.call(&Call::Deallocate { block, layout })?;
        Ok(())
    }

    /// Returns the record of a block that the kit does not write to.
    pub(super) fn untouched(&self, start: NonNull<u8>, layout: Layout, length: usize) -> Block {
        let (requested, align) = (layout.size(), layout.align());
        Block { start, requested, length, align, written: 0, phase: 0, origin: Origin::Slot(self.last_slot) }
    }

    /// Compares all live blocks.
    pub(super) fn sweep(&mut self, rule: Rule) -> Result<(), Violation> {
        for index in 0..self.shadow.len() {
            let block = self.shadow.blocks()[index];
            self.verify(&block, rule, format_args!("noticed in a sweep"))?;
        }
        Ok(())
    }

    /// Compares a live block with the model.
    pub(super) fn verify(&mut self, block: &Block, rule: Rule, when: fmt::Arguments<'_>) -> Result<(), Violation> {
        self.report.bytes_checked += block.written as u64;
        let Some(at) = block.first_difference(&self.pattern) else { return Ok(()) };
        let Block { requested, length, align, .. } = *block;
        let detail = format!(
            "the byte at offset {at} of a live block ({requested} requested, {length} returned, align {align}) changed, \
             {when}"
        );
        Err(self.violation(rule, detail))
    }
}
