//! The spans that one thread, or a few, take blocks from. A thread has the shard of its number, so the lock of a shard is seldom
//! waited for: but for other threads that give a batch of its blocks back.

use core::cell::Cell;
use core::ops::{Deref, Range};
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::class::{CLASSES, Class};
use super::span::Span;
use crate::pools::shared::chunks::{Chunks, Slice, Taken, Use, Wanted};
use crate::pools::shared::options::Options;
use crate::pools::size_class::size_of_class;
use crate::sync::list::List;
use crate::threads::lock::Lock;

pub(crate) const SHARDS: usize = 32;

/// All zero bytes are one without spans. On lines of its own; two, since processors fetch them in pairs.
#[repr(C, align(128))]
#[derive(Debug)]
pub(crate) struct Shard {
    /// Spans with a free block, and one in use. From the first one blocks are taken; one that was full is put last, to have
    /// more of them when its turn comes.
    pub(super) spans: [List<Slice>; CLASSES],
    /// Spans without a block in use, for when there are no others; and how many.
    empty: [List<Slice>; CLASSES],
    kept: [Cell<u32>; CLASSES],
    /// How many blocks are not in their spans: in use, or in the caches of threads. Wraps below 0. Read without the lock.
    out: [AtomicUsize; CLASSES],
}

/// The lock of a shard, on a line of its own. It lies apart from the shard: a fork takes those of all shards, and so writes to one
/// page and not to one for each.
#[repr(align(64))]
#[derive(Debug)]
pub(crate) struct ShardLock(pub(crate) Lock);

/// A shard and its lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guarded<'a> {
    pub(crate) lock: &'a Lock,
    pub(crate) shard: &'a Shard,
}

impl Deref for Guarded<'_> {
    type Target = Shard;

    fn deref(&self) -> &Shard {
        self.shard
    }
}

/// For so many pointers to blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) at: NonNull<*mut u8>,
    pub(crate) most: usize,
}

/// The slices of a span, for a shard.
pub(crate) fn span_request(class: usize, shard: u8) -> Wanted {
    let slices = Class::of(class).slices as usize;
    Wanted { count: slices, align: slices, used_as: Use::Span(class), shard }
}

/// How many blocks of `class` are not in the spans of any of `shards`.
pub(crate) fn out(shards: &[Shard], class: usize) -> usize {
    // One alone may be below 0.
    shards.iter().map(|shard| shard.out[class].load(Relaxed)).fold(0, usize::wrapping_add)
}

/// The bytes of the blocks of `classes` that are not in the spans of any of `shards`.
pub(crate) fn bytes_out(shards: &[Shard], classes: Range<usize>) -> usize {
    classes.map(|class| out(shards, class).wrapping_mul(size_of_class(class))).fold(0, usize::wrapping_add)
}

impl Shard {
    fn count(&self, class: usize, change: usize) {
        // Under the lock.
        self.out[class].store(self.out[class].load(Relaxed).wrapping_add(change), Relaxed);
    }
}

impl Guarded<'_> {
    /// Takes blocks of `class`, and returns how many: none if there is no span with a free block, nor one to be had of the chunks,
    /// which it is not for another thread than those of this shard. Slices that were taken for a `new` span become one before.
    ///
    /// # Safety
    ///
    /// There is room, `own` is the number of this shard, and the slices are nothing else yet.
    pub(crate) unsafe fn take(
        &self,
        chunks: &Chunks,
        options: Options,
        (own, for_another): (u8, bool),
        class: usize,
        new: Option<Taken>,
        Room { at, most }: Room,
    ) -> usize {
        let of = Class::of(class);
        let _held = self.lock.lock();
        if let Some(taken) = new {
            // SAFETY: by `# Safety` of this fn, and the lock is held.
            unsafe { self.keep_new(chunks, class, taken) };
        }
        let list = &self.spans[class];
        let mut count = 0;
        while count < most {
            let span = match (list.first(), self.empty[class].first()) {
                (Some(first), _) => Span::of_slice(first),
                (None, Some(first)) => {
                    let span = Span::of_slice(first);
                    // SAFETY: it is in that list.
                    unsafe { self.keep_no_more(chunks, class, span) };
                    // SAFETY: in no list now.
                    unsafe { list.push_front(first) };
                    span
                }
                (None, None) if count > 0 || for_another => break,
                (None, None) => {
                    let Some(taken) = chunks.take(options, span_request(class, own)) else { break };
                    // SAFETY: taken for that, just now, and the lock is held.
                    unsafe { self.keep_new(chunks, class, taken) };
                    continue;
                }
            };
            // SAFETY: there is room for `most`, so for what is left behind the first `count`.
            let next = unsafe { at.add(count) };
            // SAFETY: the lock is held; the list is that of the class; there is room.
            count += unsafe { span.take(of, next, most - count) };
            if span.slice().free.load(Relaxed) == 0 {
                // SAFETY: it is the first of the list.
                unsafe { list.remove(span.first()) };
            }
        }
        self.count(class, count);
        if new.is_some() {
            // The parent, or another thread, may have given blocks back meanwhile.
            self.trim(chunks, options, class);
        }
        count
    }

    /// Takes back those of `blocks` that are this shard's, and closes the gaps they leave. Returns how many are left; or one that
    /// was free already, and then the process has to end.
    ///
    /// # Safety
    ///
    /// `blocks` are blocks of `class` that nobody uses; `own` is the number of this shard.
    pub(crate) unsafe fn put(
        &self,
        chunks: &Chunks,
        options: Options,
        own: u8,
        class: usize,
        blocks: &mut [*mut u8],
    ) -> Result<usize, *mut u8> {
        let of = Class::of(class);
        let _held = self.lock.lock();
        let (mut at, mut left) = (0, 0);
        while let Some(&block) = blocks.get(at) {
            // SAFETY: a block is not null.
            let block = unsafe { NonNull::new_unchecked(block) };
            // SAFETY: by `# Safety` of this fn.
            let span = unsafe { Span::of(block, of) };
            if span.slice().shard.load(Relaxed) != own {
                blocks[left] = block.as_ptr();
                left += 1;
                at += 1;
                continue;
            }
            // SAFETY: the lock is held; the blocks are of the class, and the first one is the span's.
            at += unsafe { self.put_in(chunks, options, class, span, &blocks[at..]) }?;
        }
        self.count(class, left.wrapping_sub(blocks.len()));
        Ok(left)
    }

    /// Takes back as many of `blocks` as are `span`'s, up to the first that is not.
    ///
    /// # Safety
    ///
    /// The lock is held; the blocks are blocks of `class` that nobody uses, and the first one is the span's.
    #[inline(always)]
    unsafe fn put_in(
        &self,
        chunks: &Chunks,
        options: Options,
        class: usize,
        span: Span,
        blocks: &[*mut u8],
    ) -> Result<usize, *mut u8> {
        let of = Class::of(class);
        let was_full = span.slice().free.load(Relaxed) == 0;
        // SAFETY: by `# Safety` of this fn.
        let count = unsafe { span.put(of, blocks) }?;
        if was_full {
            // SAFETY: a full span is in no list.
            unsafe { self.spans[class].push_back(span.first()) };
        }
        if span.slice().free.load(Relaxed) == of.capacity {
            self.emptied(chunks, options, class, span);
        }
        Ok(count)
    }

    #[cold]
    pub(super) fn emptied(&self, chunks: &Chunks, options: Options, class: usize, span: Span) {
        // SAFETY: it had a free block and one in use, or was full a moment ago and has been put there.
        unsafe { self.spans[class].remove(span.first()) };
        // SAFETY: the lock is held, and it is in no list now.
        unsafe { self.keep(chunks, class, span) };
        self.trim(chunks, options, class);
    }

    /// Keeps an empty span if there is no other with a free block, since it will be wanted soon, and some long ones; gives back the
    /// one that was emptied last, if that is too many. Under the lock.
    fn trim(&self, chunks: &Chunks, options: Options, class: usize) {
        let Some(last) = self.empty[class].first() else { return };
        let kept = self.kept[class].get();
        let is_only = self.spans[class].first().is_none() && kept == 1;
        let is_wanted = is_only || kept <= Class::of(class).kept;
        if !is_wanted || !chunks.may_keep(options.retain) {
            // SAFETY: the lock is held, and it is in that list.
            unsafe { self.give_back(chunks, options, class, Span::of_slice(last)) };
        }
    }

    /// # Safety
    ///
    /// The lock is held, and the slices were taken for a span of `class`, and are nothing else yet.
    unsafe fn keep_new(&self, chunks: &Chunks, class: usize, taken: Taken) {
        // SAFETY: by `# Safety` of this fn.
        let span = unsafe { Span::init(taken.chunk, taken.slice, Class::of(class), taken.zero) };
        // SAFETY: as above; a new span is in no list.
        unsafe { self.keep(chunks, class, span) };
    }

    /// # Safety
    ///
    /// The lock is held, and `span` is an empty one of `class`, in no list.
    unsafe fn keep(&self, chunks: &Chunks, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.empty[class].push_front(span.first()) };
        self.kept[class].set(self.kept[class].get() + 1);
        chunks.count_kept(Class::of(class).slices as usize, true);
    }

    /// # Safety
    ///
    /// The lock is held, and `span` is among the empty ones of `class`.
    unsafe fn keep_no_more(&self, chunks: &Chunks, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.empty[class].remove(span.first()) };
        self.kept[class].set(self.kept[class].get() - 1);
        chunks.count_kept(Class::of(class).slices as usize, false);
    }

    /// # Safety
    ///
    /// As for [`keep_no_more`](Self::keep_no_more).
    unsafe fn give_back(&self, chunks: &Chunks, options: Options, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.keep_no_more(chunks, class, span) };
        // For who looks at the slice when it is a new span, before that is initialised.
        span.slice().free.store(0, Relaxed);
        chunks.give_back(options, span.chunk(), span.number(), 0, Class::of(class).slices as usize);
    }

    /// Gives the empty spans back to the chunks.
    pub(crate) fn give_empty_back(&self, chunks: &Chunks, options: Options) {
        let _held = self.lock.lock();
        for class in 0..CLASSES {
            while let Some(first) = self.empty[class].first() {
                // SAFETY: the lock is held, and it is in that list.
                unsafe { self.give_back(chunks, options, class, Span::of_slice(first)) };
            }
        }
    }

    /// Whether a block is with its span.
    ///
    /// # Safety
    ///
    /// As for [`put`](Self::put), but that somebody may use it.
    pub(crate) unsafe fn is_free(&self, class: usize, block: NonNull<u8>) -> bool {
        let _held = self.lock.lock();
        // SAFETY: by `# Safety` of this fn.
        let span = unsafe { Span::of(block, Class::of(class)) };
        // SAFETY: the lock is held; the block is one of the span's.
        unsafe { span.is_free(Class::of(class), block) }
    }

    /// Takes one block back, and says whether it was not free already.
    ///
    /// # Safety
    ///
    /// As for [`put`](Self::put).
    pub(crate) unsafe fn put_one(&self, chunks: &Chunks, options: Options, class: usize, block: NonNull<u8>) -> bool {
        let of = Class::of(class);
        let _held = self.lock.lock();
        // SAFETY: by `# Safety` of this fn.
        let span = unsafe { Span::of(block, of) };
        // SAFETY: the lock is held; the block is one of the span's.
        if unsafe { self.put_in(chunks, options, class, span, &[block.as_ptr()]) }.is_err() {
            return false;
        }
        self.count(class, 1_usize.wrapping_neg());
        true
    }
}
