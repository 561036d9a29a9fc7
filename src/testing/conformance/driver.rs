//! Which operation comes next, and what is checked before and after it.

mod dangling;

use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

use super::calls::{Call, Resize, Unwound};
use super::home::Home;
use super::pattern::{Pattern, first_not_zero};
use super::random::Random;
use super::requests::{Requests, layout};
use super::shadow::{Block, Shadow};
use super::{Options, Report, Rule, Violation, say};
use crate::api::Layout;

/// After so many operations all live blocks are compared.
const SWEEP: usize = 128;
/// After so many operations the allocator is moved.
const MOVE: usize = 251;
/// After so many operations another number of live blocks is aimed at.
const TIDE: usize = 199;

/// Where no address space has room for a huge layout, so that it must be refused. With 32 bits there may be just room.
const HUGE_MUST_FAIL: bool = usize::BITS >= 64;

/// A run.
pub(super) struct Driver<'a> {
    home: &'a mut dyn Home,
    options: Options,
    random: Random,
    requests: Requests,
    pattern: Pattern,
    shadow: Shadow,
    report: Report,
    operation: usize,
    /// How many live blocks are aimed at for now.
    tide: usize,
    /// The most bytes of a block that are written.
    reach: usize,
    /// Which of two clones the last call was put to.
    server: usize,
    /// The methods that were called with a pointer that is no block.
    sent_dangling: [bool; 4],
}

impl<'a> Driver<'a> {
    pub(super) fn new(home: &'a mut dyn Home, options: &Options) -> Self {
        let mut random = Random::new(options.seed);
        let requests = Requests::new(options);
        Self {
            home,
            options: *options,
            pattern: Pattern::new(&mut random),
            random,
            // Room for an allocator that rounds up generously; but one that returns the rest of its gigabytes with each
            // block must not make the kit write them.
            reach: (2 * requests.max_size()).max(1 << 20),
            requests,
            shadow: Shadow::default(),
            report: Report { expected: options.failures, ..Report::default() },
            operation: 0,
            tide: 0,
            server: 0,
            sent_dangling: [false; 4],
        }
    }

    pub(super) fn run(mut self) -> Result<Report, Violation> {
        for operation in 1..=self.options.operations {
            self.operation = operation;
            self.report.operations += 1;
            if operation % TIDE == 1 {
                self.tide = self.random.below(self.options.max_live.max(1) + 1);
            }
            self.step()?;
            if operation % SWEEP == 0 {
                self.sweep(Rule::Untouched)?;
            }
            if operation % MOVE == 0 {
                self.relocate()?;
            }
        }
        self.finish()
    }

    fn step(&mut self) -> Result<(), Violation> {
        let alive = self.shadow.len();
        match self.random.below(128) {
            0 if self.options.huge_layouts => return self.allocate_huge(),
            1 if self.options.huge_layouts && alive != 0 => return self.grow_huge(),
            2..=44 if alive != 0 => return self.resize(),
            45..=46 if self.options.dangling_pointers => return self.send_dangling(),
            _ => {}
        }
        let rising = alive < self.tide;
        // Mostly towards the tide, so that blocks fill up and drain; sometimes against it, so that freed memory is reused.
        let allocate = rising != self.random.once_in(4);
        if alive == 0 || (allocate && alive < self.options.max_live) { self.allocate() } else { self.deallocate() }
    }

    fn allocate(&mut self) -> Result<(), Violation> {
        let call = Call::Allocate { layout: self.requests.layout(&mut self.random), zeroed: self.random.once_in(3) };
        let Some(block) = self.call(&call)? else {
            self.report.failures += 1;
            return Ok(());
        };
        self.report.allocations += 1;
        self.receive(&call, block)?;
        self.note_peak();
        Ok(())
    }

    fn allocate_huge(&mut self) -> Result<(), Violation> {
        let align = self.requests.align(&mut self.random);
        let call =
            Call::Allocate { layout: self.requests.huge(&mut self.random, align), zeroed: self.random.once_in(2) };
        self.report.huge_requests += 1;
        let Some(block) = self.call(&call)? else { return Ok(()) };
        self.receive_huge(&call, block)
    }

    fn deallocate(&mut self) -> Result<(), Violation> {
        let index = self.random.below(self.shadow.len());
        self.deallocate_at(index)
    }

    fn deallocate_at(&mut self, index: usize) -> Result<(), Violation> {
        let block = self.shadow.take(index);
        // Also the whole length, where that is more than the kit writes.
        let size = if self.random.once_in(4) { block.length } else { self.fit(&block) };
        let call = Call::Deallocate { block, layout: layout(size, block.align) };
        self.verify(&block, Rule::Untouched, format_args!("noticed before {call}"))?;
        self.call(&call)?;
        self.report.deallocations += 1;
        self.report.refits += u64::from(call.refits());
        Ok(())
    }

    fn resize(&mut self) -> Result<(), Violation> {
        let index = self.random.below(self.shadow.len());
        let block = self.shadow.blocks()[index];
        let old = layout(self.fit(&block), block.align);
        let align = self.requests.realigned(&mut self.random, block.align);
        let (method, size) = match self.random.below(8) {
            0..=2 => (Resize::Grow, self.requests.grown(&mut self.random, old.size())),
            3..=4 => (Resize::GrowZeroed, self.requests.grown(&mut self.random, old.size())),
            _ => (Resize::Shrink, self.requests.shrunk(&mut self.random, old.size())),
        };
        let call = Call::Resize { method, block, old, new: layout(size, align) };
        let Some(resized) = self.resize_at(index, &call)? else {
            self.report.failures += 1;
            return Ok(());
        };
        self.count_resized(method);
        self.report.realigns += u64::from(align != block.align);
        self.report.refits += u64::from(call.refits());
        self.report.in_place += u64::from(resized.cast() == block.start);
        self.receive(&call, resized)?;
        self.note_peak();
        Ok(())
    }

    fn count_resized(&mut self, method: Resize) {
        match method {
            Resize::Grow | Resize::GrowZeroed => self.report.grows += 1,
            Resize::Shrink => self.report.shrinks += 1,
        }
    }

    fn note_peak(&mut self) {
        self.report.peak_live = self.report.peak_live.max(self.shadow.len() as u64);
    }

    fn grow_huge(&mut self) -> Result<(), Violation> {
        let index = self.random.below(self.shadow.len());
        let block = self.shadow.blocks()[index];
        let old = layout(self.fit(&block), block.align);
        let align = self.requests.realigned(&mut self.random, block.align);
        let method = if self.random.once_in(2) { Resize::Grow } else { Resize::GrowZeroed };
        let call = Call::Resize { method, block, old, new: self.requests.huge(&mut self.random, align) };
        self.report.huge_requests += 1;
        // Memory given out twice before the call that fails was not given away by it.
        self.probe(layout(block.requested, block.align), None)?;
        match self.resize_at(index, &call)? {
            Some(grown) => self.receive_huge(&call, grown),
            None => Ok(()),
        }
    }

    /// A size the block may come back under. What the kit has written covers it.
    fn fit(&mut self, block: &Block) -> usize {
        match self.random.below(4) {
            0 | 1 => block.requested,
            2 => block.written,
            _ => block.requested + self.random.below(block.written - block.requested + 1),
        }
    }

    /// Resizes a block, and takes it out of the model if that worked.
    fn resize_at(&mut self, index: usize, call: &Call) -> Result<Option<NonNull<[u8]>>, Violation> {
        let block = self.shadow.blocks()[index];
        self.verify(&block, Rule::Untouched, format_args!("noticed before {call}"))?;
        let resized = self.call(call)?;
        if resized.is_some() {
            self.shadow.take(index);
        } else {
            self.verify(&block, Rule::ErrKeeps, format_args!("noticed after {call} returned Err"))?;
            // If the memory was given away, it is likely to be given out next.
            self.probe(layout(block.requested, block.align), Some((&block, call)))?;
        }
        Ok(resized)
    }

    /// Makes a call. `None` is an `Err` of the allocator.
    fn call(&mut self, call: &Call) -> Result<Option<NonNull<[u8]>>, Violation> {
        let pick = self.random.below(2);
        self.server = pick;
        if self.options.print_calls {
            say(&format!("operation {}: {call}", self.operation));
        }
        // SAFETY: the block of the call is live, being in the model or just taken out of it for this call, or is none, of
        // size 0; its old size is within the fit range, and the new one on the right side of that.
        match unsafe { call.make(self.home.allocator(pick)) } {
            Ok(result) => Ok(result.ok()),
            Err(Unwound(message)) => {
                let server = call.block().map(|block| block.server);
                let others = self.home.rule() == Rule::Equivalence && server.flatten().is_some_and(|one| one != pick);
                let rule = match () {
                    () if server == Some(None) => return Err(self.dangling_refused(call, &message)),
                    () if others => Rule::Equivalence,
                    () if call.refits() => Rule::FitRange,
                    () => Rule::Unwind,
                };
                Err(self.violation(rule, format!("{call} unwound: {message}")))
            }
        }
    }

    /// Checks what a successful call returned, writes the block full and adds it to the model.
    fn receive(&mut self, call: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        self.inspect(call, returned)?;
        let layout = call.layout();
        let start = returned.cast::<u8>();
        let written = returned.len().min(self.reach).max(layout.size());
        // The old bytes that must be there, the phase they were written with, and whether the rest must be zero.
        let (kept, phase, zeroed) = match *call {
            Call::Resize { method, block, old, new } => {
                (old.size().min(new.size()), block.phase, method == Resize::GrowZeroed)
            }
            Call::Allocate { zeroed, .. } => (0, Pattern::phase(&mut self.random), zeroed),
            Call::Deallocate { .. } => (0, 0, false),
        };
        // SAFETY: the block has at least `kept` bytes, and the contract of `grow` and `shrink` says that they are
        // the old ones.
        if let Some(at) = unsafe { self.pattern.first_difference(start, phase, kept) } {
            let shrunk = matches!(call, Call::Resize { method: Resize::Shrink, .. });
            let rule = if shrunk { Rule::ShrinkKeeps } else { Rule::GrowKeeps };
            return Err(self.violation(rule, format!("{call} lost the byte at offset {at}")));
        }
        if zeroed {
            // SAFETY: the block has at least `written` bytes, and the contract says that they are zero from `kept` on.
            if let Some(at) = unsafe { first_not_zero(start, kept, written) } {
                let grown = matches!(call, Call::Resize { .. });
                let rule = if grown { Rule::GrowZeroed } else { Rule::Zeroed };
                let length = returned.len();
                let detail = format!("{call} returned {length} bytes, and the one at offset {at} is not zero");
                return Err(self.violation(rule, detail));
            }
        }
        // SAFETY: the block has at least `written` bytes and overlaps no other.
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
            server: Some(self.server),
        });
        Ok(())
    }

    /// A huge layout was not refused.
    fn receive_huge(&mut self, call: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        if HUGE_MUST_FAIL {
            let length = returned.len();
            return Err(self.violation(Rule::HugeLayout, format!("{call} returned {length} bytes")));
        }
        // There was room after all. It goes back without being touched.
        self.inspect(call, returned)?;
        let (start, length) = (returned.cast(), returned.len());
        let layout = call.layout();
        let block = self.untouched(start, layout, length);
        self.call(&Call::Deallocate { block, layout })?;
        Ok(())
    }

    /// Checks where a returned block lies, without touching it.
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
        let inside = |place: Range<usize>| address < place.end && place.start < address + length;
        if length != 0 && self.home.places().into_iter().any(inside) {
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

    /// Allocates a block and gives it back untouched, to see what that does to others. If a failed call had to leave a
    /// block alone, the new one must not be that.
    fn probe(&mut self, layout: Layout, kept: Option<(&Block, &Call)>) -> Result<(), Violation> {
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

    /// A returned block that the kit does not write.
    fn untouched(&self, start: NonNull<u8>, layout: Layout, length: usize) -> Block {
        let (requested, align) = (layout.size(), layout.align());
        Block { start, requested, length, align, written: 0, phase: 0, server: Some(self.server) }
    }

    /// Moves the allocator; or drops one of two clones, uses the other, and clones it again.
    fn relocate(&mut self) -> Result<(), Violation> {
        self.sweep(Rule::Untouched)?;
        let rule = self.home.rule();
        self.home.leave().map_err(|unwound| self.unwound("the drop of a clone", &unwound))?;
        self.sweep(rule)?;
        // An allocator that remembers its address may notice only now that it has another.
        self.probe(layout(16, 8), None)?;
        self.sweep(rule)?;
        self.home.return_back().map_err(|unwound| self.unwound("a clone", &unwound))?;
        self.sweep(rule)?;
        self.report.moves += 1;
        Ok(())
    }

    /// Compares all live blocks.
    fn sweep(&mut self, rule: Rule) -> Result<(), Violation> {
        for index in 0..self.shadow.len() {
            let block = self.shadow.blocks()[index];
            self.verify(&block, rule, format_args!("noticed in a sweep"))?;
        }
        Ok(())
    }

    fn verify(&mut self, block: &Block, rule: Rule, when: fmt::Arguments<'_>) -> Result<(), Violation> {
        self.report.bytes_checked += block.written as u64;
        let Some(at) = block.first_difference(&self.pattern) else { return Ok(()) };
        let Block { requested, length, align, .. } = *block;
        let detail = format!(
            "the byte at offset {at} of a live block ({requested} requested, {length} returned, align {align}) changed, \
             {when}"
        );
        Err(self.violation(rule, detail))
    }

    /// Gives everything back.
    fn finish(mut self) -> Result<Report, Violation> {
        self.operation += 1;
        self.sweep(Rule::Untouched)?;
        while self.shadow.len() != 0 {
            self.deallocate()?;
        }
        self.home.close().map_err(|unwound| self.unwound("the drop of the allocator", &unwound))?;
        Ok(self.report)
    }

    fn unwound(&self, what: &str, Unwound(message): &Unwound) -> Violation {
        self.violation(Rule::Unwind, format!("{what} unwound: {message}"))
    }

    #[cold]
    fn violation(&self, rule: Rule, detail: String) -> Violation {
        Violation { rule, operation: self.operation, seed: self.options.seed, detail }
    }
}
