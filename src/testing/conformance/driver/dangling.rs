//! Calls at size 0 with pointers that the allocator never returned: rule 6.
//!
//! An allocator that takes such a pointer for its own block frees memory that does not exist, which ends the process.
//! So each call is first made with a pointer whose free is harmless: the address of a live block of one byte. By the
//! rule that block stays alive. An allocator that breaks the rule frees a block that it did return, and the kit detects
//! that.

use core::mem;
use core::ptr::{self, NonNull};

use super::{Block, Call, Driver, Origin, Pattern, Resize, Rule, Violation, layout};

/// The effort to detect that a live block was freed. If the kit misses that, it frees the block a second time later.
#[derive(Clone, Copy)]
struct Effort {
    /// The number of live blocks whose addresses are sent. An allocator that links free blocks through their first
    /// bytes changes the byte of each, except once in 256.
    blocks: usize,
    /// The number of blocks allocated afterwards, to detect that the memory of a live block is returned again. A
    /// thread's cache may return other blocks first: 7 in glibc.
    witnesses: usize,
}

/// The effort for the first call of a method.
const THOROUGH: Effort = Effort { blocks: 4, witnesses: 64 };
/// The effort for all further calls.
const BRIEF: Effort = Effort { blocks: 1, witnesses: 4 };

/// The lowest address of a block: operating systems leave the first pages unmapped.
const MIN_BLOCK_ADDRESS: usize = 32 << 10;

const REMEDY: &str = "at size 0 an allocator is sent pointers that it never returned, such as that of an empty `Vec`: serve \
                      size 0 by a dangling pointer, and free nothing where the old layout has size 0";

#[derive(Clone, Copy)]
enum Method {
    Deallocate,
    Resize(Resize),
}

/// A call at size 0 without its pointer.
#[derive(Clone, Copy)]
struct SizeZeroCall {
    method: Method,
    align: usize,
    /// The size and align of the requested block, for a method that returns one.
    new: (usize, usize),
}

impl SizeZeroCall {
    /// Returns the call with a stray pointer.
    fn at(&self, start: NonNull<u8>, phase: usize) -> Call {
        let origin = Origin::Stray;
        self.with(Block { start, requested: 0, length: 0, align: self.align, written: 0, phase, origin })
    }

    /// Returns the call with the pointer of a block.
    fn with(&self, block: Block) -> Call {
        let Self { method, align, new: (new_size, new_align) } = *self;
        match method {
            Method::Deallocate => Call::Deallocate { block, layout: layout(0, align) },
            Method::Resize(method) => {
                Call::Resize { method, block, old: layout(0, align), new: layout(new_size, new_align) }
            }
        }
    }
}

impl Driver<'_> {
    /// Calls a method at size 0: with a pointer that the allocator returned, with addresses of live blocks, and with a
    /// stray pointer.
    pub(super) fn send_dangling(&mut self) -> Result<(), Violation> {
        let align = self.requests.align(&mut self.random);
        let new_align = self.requests.realigned(&mut self.random, align);
        let method_index = self.random.below(4);
        let (method, new_size) = match method_index {
            0 => (Method::Deallocate, 0),
            1 => (Method::Resize(Resize::Grow), self.requests.size(&mut self.random)),
            2 => (Method::Resize(Resize::GrowZeroed), self.requests.size(&mut self.random)),
            _ => (Method::Resize(Resize::Shrink), 0),
        };
        let request = SizeZeroCall { method, align, new: (new_size, new_align) };
        self.send_own_pointer(&request)?;
        if !mem::replace(&mut self.sent_dangling[method_index], true) {
            // Freed memory of a small align is likely to be returned to the next request.
            self.send_live_addresses(&SizeZeroCall { align: 1, ..request }, THOROUGH)?;
        }
        self.send_live_addresses(&request, BRIEF)?;
        self.send_stray_pointer(&request)
    }

    /// Makes the call with a pointer that the allocator returned at size 0. A fault in that call breaks another rule.
    fn send_own_pointer(&mut self, request: &SizeZeroCall) -> Result<(), Violation> {
        let nothing = Call::Allocate { layout: layout(0, request.align), zeroed: false };
        let Some(returned) = self.call(&nothing)? else {
            self.report.failures += 1;
            return Ok(());
        };
        self.report.allocations += 1;
        self.receive(&nothing, returned)?;
        let index = self.shadow.len() - 1;
        let call = request.with(self.shadow.blocks()[index]);
        if let Call::Resize { method, .. } = call {
            match self.resize_at(index, &call)? {
                Some(resized) => {
                    self.count_resized(method);
                    self.receive(&call, resized)?;
                }
                None => self.report.failures += 1,
            }
        }
        self.deallocate_at(index)
    }

    /// Makes the call with the addresses of live blocks of one byte, which must stay alive.
    fn send_live_addresses(&mut self, request: &SizeZeroCall, effort: Effort) -> Result<(), Violation> {
        if self.requests.max_size() == 0 {
            return Ok(());
        }
        let one_byte = Call::Allocate { layout: layout(1, request.align), zeroed: false };
        let first = self.shadow.len();
        for _ in 0..effort.blocks {
            let Some(returned) = self.call(&one_byte)? else {
                self.report.failures += 1;
                break;
            };
            self.report.allocations += 1;
            self.receive(&one_byte, returned)?;
        }
        let live = self.shadow.blocks()[first..].to_vec();
        // Reserved beforehand: the requests of the kit itself must not get the memory in question.
        let mut sent = Vec::with_capacity(live.len());
        let mut witnesses = Vec::with_capacity(effort.witnesses);

        // A change of the blocks before the calls is not blamed on the calls.
        self.probe(one_byte.layout(), None)?;
        for block in &live {
            let call = request.at(block.start, Pattern::phase(&mut self.random));
            self.verify(block, Rule::Untouched, format_args!("noticed before {call}"))?;
            let resized = self.call(&call)?;
            if let Some(resized) = resized {
                self.must_be_apart(&call, &live, &call, resized)?;
            }
            sent.push((call, resized));
        }
        let Some((last, _)) = sent.last().copied() else { return Ok(()) };
        while witnesses.len() < effort.witnesses {
            let Some(witness) = self.witness(&last, &live, &one_byte)? else { break };
            witnesses.push(witness);
        }
        // Not earlier, since the bytes of a freed block may be inaccessible.
        for (block, (call, _)) in live.iter().zip(&sent) {
            self.verify(block, Rule::Dangling, format_args!("noticed after {call} with its address; {REMEDY}"))?;
        }

        while let Some(block) = witnesses.pop() {
            self.call(&Call::Deallocate { block, layout: one_byte.layout() })?;
        }
        while let Some((call, resized)) = sent.pop() {
            self.settle_dangling(&call, resized)?;
        }
        while self.shadow.len() > first {
            self.deallocate_at(self.shadow.len() - 1)?;
        }
        Ok(())
    }

    /// Makes the call with a pointer that points to no memory, or into or behind a live block.
    fn send_stray_pointer(&mut self, request: &SizeZeroCall) -> Result<(), Violation> {
        let aligned = |address: usize| address & !(request.align - 1);
        let alive = self.shadow.len();
        let some = (alive != 0).then(|| self.shadow.blocks()[self.random.below(alive)]);
        let (near, address) = match (self.random.below(5), some) {
            (0, Some(block)) => (some, aligned(block.start.addr().get() + self.random.below(block.length + 1))),
            (1, Some(block)) => (some, aligned(block.start.addr().get() + block.length)),
            (2, _) => (None, 3 * request.align),
            (3, _) => (None, aligned(usize::MAX)),
            // The address of `NonNull::dangling`.
            _ => (None, request.align),
        };
        // The address of a low block may have been rounded down to null.
        let address = address.max(request.align);
        let start = NonNull::new(ptr::without_provenance_mut(address)).expect("an align is not 0");

        let call = request.at(start, Pattern::phase(&mut self.random));
        if let Some(block) = near {
            self.verify(&block, Rule::Untouched, format_args!("noticed before {call}"))?;
        }
        let resized = self.call(&call)?;
        if let Some(resized) = resized {
            let no_memory = address < MIN_BLOCK_ADDRESS || address == aligned(usize::MAX);
            if no_memory && !resized.is_empty() && resized.cast() == start {
                let length = resized.len();
                let detail = format!("{call} returned {length} bytes at that address, where no memory is; {REMEDY}");
                return Err(self.violation(Rule::Dangling, detail));
            }
            if let Some(block) = near {
                self.must_be_apart(&call, &[block], &call, resized)?;
            }
        }
        if let Some(block) = near {
            let same = Call::Allocate { layout: layout(block.requested, block.align), zeroed: false };
            if let Some(witness) = self.witness(&call, &[block], &same)? {
                self.call(&Call::Deallocate { block: witness, layout: same.layout() })?;
            }
            self.verify(&block, Rule::Dangling, format_args!("noticed after {call}; {REMEDY}"))?;
        }
        self.settle_dangling(&call, resized)
    }

    /// Counts a call that was made, and frees the block that it returned.
    fn settle_dangling(&mut self, call: &Call, resized: Option<NonNull<[u8]>>) -> Result<(), Violation> {
        let Call::Resize { method, .. } = *call else {
            self.report.dangling += 1;
            return Ok(());
        };
        let Some(resized) = resized else {
            self.report.failures += 1;
            return Ok(());
        };
        self.report.dangling += 1;
        self.count_resized(method);
        self.report.allocations += 1;
        self.receive(call, resized)?;
        self.deallocate_at(self.shadow.len() - 1)
    }

    /// Allocates a block by the call `by` after the call `sent`, and checks that it shares no byte with the blocks
    /// `live`. The kit does not write to it.
    fn witness(&mut self, sent: &Call, live: &[Block], by: &Call) -> Result<Option<Block>, Violation> {
        let Some(witness) = self.call(by)? else { return Ok(None) };
        self.must_be_apart(sent, live, by, witness)?;
        Ok(Some(self.untouched(witness.cast(), by.layout(), witness.len())))
    }

    /// Checks that the block `returned` shares no byte with the blocks `live`. The call `by` returned it, which is
    /// `sent` or a later call.
    fn must_be_apart(&self, sent: &Call, live: &[Block], by: &Call, returned: NonNull<[u8]>) -> Result<(), Violation> {
        let Some((first, _)) = self.shadow.overlap(returned.cast::<u8>().addr().get(), returned.len()) else {
            return Ok(());
        };
        let Some(block) = live.iter().find(|block| block.start.addr().get() == first) else { return Ok(()) };
        let Block { start, requested, .. } = block;
        let detail = format!(
            "{sent} freed a live block ({requested} requested, at {start:?}), and {by} gave its memory out again; {REMEDY}"
        );
        Err(self.violation(Rule::Dangling, detail))
    }

    /// Returns the violation of a call with a stray pointer that unwound.
    #[cold]
    pub(super) fn dangling_refused(&self, call: &Call, message: &str) -> Violation {
        self.violation(Rule::Dangling, format!("{call} unwound: {message}; {REMEDY}"))
    }
}
