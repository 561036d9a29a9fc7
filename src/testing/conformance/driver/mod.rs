//! A run: chooses the operations and makes their calls.

mod checks;
mod dangling;

use core::ptr::NonNull;

use super::allocator_slots::AllocatorSlots;
use super::call::{Call, Resize, Unwound};
use super::pattern::Pattern;
use super::random::Random;
use super::requests::{Requests, layout};
use super::shadow::{Block, Origin, Shadow};
use super::{Options, Report, Rule, Violation, print_line};

/// The number of operations from one comparison of all live blocks to the next.
const SWEEP_INTERVAL: usize = 128;
/// The number of operations from one move of the allocator to the next.
const MOVE_INTERVAL: usize = 251;
/// The number of operations from one choice of the target number of live blocks to the next.
const TARGET_INTERVAL: usize = 199;

/// A run.
pub(super) struct Driver<'a> {
    slots: &'a mut dyn AllocatorSlots,
    options: Options,
    random: Random,
    requests: Requests,
    pattern: Pattern,
    shadow: Shadow,
    report: Report,
    operation: usize,
    /// The number of live blocks to which allocations and frees lead at present.
    target_live: usize,
    /// The maximum number of bytes of a block that are written.
    max_written: usize,
    /// The slot of the allocator that served the last call.
    last_slot: usize,
    /// Whether each method was called with a stray pointer.
    sent_dangling: [bool; 4],
}

impl<'a> Driver<'a> {
    pub(super) fn new(slots: &'a mut dyn AllocatorSlots, options: &Options) -> Self {
        let mut random = Random::new(options.seed);
        let requests = Requests::new(options);
        Self {
            slots,
            options: *options,
            pattern: Pattern::new(&mut random),
            random,
            // Enough for an allocator that rounds up generously. An allocator that returns the rest of its gigabytes
            // with each block must not make the kit write them.
            max_written: (2 * requests.max_size()).max(1 << 20),
            requests,
            shadow: Shadow::default(),
            report: Report { expected: options.failures, ..Report::default() },
            operation: 0,
            target_live: 0,
            last_slot: 0,
            sent_dangling: [false; 4],
        }
    }

    pub(super) fn run(mut self) -> Result<Report, Violation> {
        for operation in 1..=self.options.operations {
            self.operation = operation;
            self.report.operations += 1;
            if operation % TARGET_INTERVAL == 1 {
                self.target_live = self.random.below(self.options.max_live.max(1) + 1);
            }
            self.step()?;
            if operation % SWEEP_INTERVAL == 0 {
                self.sweep(Rule::Untouched)?;
            }
            if operation % MOVE_INTERVAL == 0 {
                self.relocate()?;
            }
        }
        self.finish()
    }

    /// Chooses an operation, and performs it.
    fn step(&mut self) -> Result<(), Violation> {
        let alive = self.shadow.len();
        match self.random.below(128) {
            0 if self.options.huge_layouts => return self.allocate_huge(),
            1 if self.options.huge_layouts && alive != 0 => return self.grow_huge(),
            2..=44 if alive != 0 => return self.resize(),
            45..=46 if self.options.dangling_pointers => return self.send_dangling(),
            _ => {}
        }
        let below_target = alive < self.target_live;
        // Mostly towards the target, so that the number of blocks rises and falls; sometimes away from it, so that
        // freed memory is reused.
        let allocate = below_target != self.random.once_in(4);
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
        self.record_peak();
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
        // Sometimes the whole length, which may be more than the kit writes.
        let size = if self.random.once_in(4) { block.length } else { self.choose_fit(&block) };
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
        let old = layout(self.choose_fit(&block), block.align);
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
        self.record_peak();
        Ok(())
    }

    fn count_resized(&mut self, method: Resize) {
        match method {
            Resize::Grow | Resize::GrowZeroed => self.report.grows += 1,
            Resize::Shrink => self.report.shrinks += 1,
        }
    }

    fn record_peak(&mut self) {
        self.report.peak_live = self.report.peak_live.max(self.shadow.len() as u64);
    }

    fn grow_huge(&mut self) -> Result<(), Violation> {
        let index = self.random.below(self.shadow.len());
        let block = self.shadow.blocks()[index];
        let old = layout(self.choose_fit(&block), block.align);
        let align = self.requests.realigned(&mut self.random, block.align);
        let method = if self.random.once_in(2) { Resize::Grow } else { Resize::GrowZeroed };
        let call = Call::Resize { method, block, old, new: self.requests.huge(&mut self.random, align) };
        self.report.huge_requests += 1;
        // If the memory of the block was freed earlier, this finds it, so that the call below is not blamed.
        self.probe(layout(block.requested, block.align), None)?;
        match self.resize_at(index, &call)? {
            Some(grown) => self.receive_huge(&call, grown),
            None => Ok(()),
        }
    }

    /// Returns a size that fits the block, of at most the bytes that the kit has written.
    fn choose_fit(&mut self, block: &Block) -> usize {
        match self.random.below(4) {
            0 | 1 => block.requested,
            2 => block.written,
            _ => block.requested + self.random.below(block.written - block.requested + 1),
        }
    }

    /// Resizes a block, and removes it from the model after an `Ok`.
    fn resize_at(&mut self, index: usize, call: &Call) -> Result<Option<NonNull<[u8]>>, Violation> {
        let block = self.shadow.blocks()[index];
        self.verify(&block, Rule::Untouched, format_args!("noticed before {call}"))?;
        let resized = self.call(call)?;
        if resized.is_some() {
            self.shadow.take(index);
        } else {
            self.verify(&block, Rule::ErrKeeps, format_args!("noticed after {call} returned Err"))?;
            // If the call freed the memory, the next request is likely to get it.
            self.probe(layout(block.requested, block.align), Some((&block, call)))?;
        }
        Ok(resized)
    }

    /// Makes a call to one of the clones, or the only allocator. Returns `None` if the allocator returned an `Err`.
    fn call(&mut self, call: &Call) -> Result<Option<NonNull<[u8]>>, Violation> {
        let slot = self.random.below(2);
        self.last_slot = slot;
        if self.options.print_calls {
            print_line(&format!("operation {}: {call}", self.operation));
        }
        // SAFETY: (1) a block of a call is in the model, or was removed from it for this call, so it is live; or it is
        // stray, and the old size is 0. Its old size is within the fit range. (2) The new size is chosen from the old
        // one.
        match unsafe { call.make(self.slots.allocator(slot)) } {
            Ok(result) => Ok(result.ok()),
            Err(Unwound(message)) => Err(self.call_unwound(call, slot, &message)),
        }
    }

    /// Returns the violation of a call that unwound, made to the allocator in `slot`.
    #[cold]
    fn call_unwound(&self, call: &Call, slot: usize, message: &str) -> Violation {
        let rule = match call.block().map(|block| block.origin) {
            Some(Origin::Stray) => return self.dangling_refused(call, message),
            Some(Origin::Slot(other)) if other != slot && self.slots.rule() == Rule::Equivalence => Rule::Equivalence,
            _ if call.refits() => Rule::FitRange,
            _ => Rule::Unwind,
        };
        self.violation(rule, format!("{call} unwound: {message}"))
    }

    /// Moves the allocator; or drops one of two clones, uses the other, and clones that again.
    fn relocate(&mut self) -> Result<(), Violation> {
        self.sweep(Rule::Untouched)?;
        let rule = self.slots.rule();
        self.slots.vacate().map_err(|unwound| self.unwound("the drop of a clone", &unwound))?;
        self.sweep(rule)?;
        // An allocator that stores its own address may use it only now.
        self.probe(layout(16, 8), None)?;
        self.sweep(rule)?;
        self.slots.refill().map_err(|unwound| self.unwound("a clone", &unwound))?;
        self.sweep(rule)?;
        self.report.moves += 1;
        Ok(())
    }

    /// Frees all blocks, and drops the allocator.
    fn finish(mut self) -> Result<Report, Violation> {
        self.operation += 1;
        self.sweep(Rule::Untouched)?;
        while self.shadow.len() != 0 {
            self.deallocate()?;
        }
        self.slots.close().map_err(|unwound| self.unwound("the drop of the allocator", &unwound))?;
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
