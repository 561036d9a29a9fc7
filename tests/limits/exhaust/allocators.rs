//! `Arena`, `SyncArena`, `TaskArena`, `Pool`, `BlockPool`, `SharedPool` and the blocks, over a parent that fails.

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::{HashMapIn, Vec as VecIn};
use janus_alloc::pools::Options;
use janus_alloc::testing::faults::FaultAllocator;
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, Arena, BlockPool, ByTag, Failing, Fallback, Guard, Limit, Locked, Pool, Segregate, SharedPool, StackFirst,
    Stats, SyncArena, TaskArena, Trace, Zeroizing,
};
#[cfg(feature = "profile")]
use janus_alloc::{Profile, blocks::profile::Sampling};

use super::token::{Token, tokens};
use super::{Figures, Outcome, refused};

/// Blocks of all sizes that come, grow, shrink and go. When one is refused, the others keep their contents, and are freed.
fn use_blocks(allocator: &impl Allocator, largest: usize) -> Outcome {
    let mut blocks = Blocks { allocator, live: Vec::new() };
    let mut size = 8;
    while size <= largest {
        for align in [1, 8, 64] {
            blocks.allocate(size, align)?;
            blocks.allocate(size / 2 + 1, align)?;
        }
        blocks.resize(size + size / 2)?;
        blocks.resize(size / 3 + 1)?;
        blocks.free(blocks.live.len() / 2);
        size *= 4;
    }
    Ok(())
}

struct Blocks<'a, A: Allocator> {
    allocator: &'a A,
    live: Vec<(NonNull<u8>, Layout)>,
}

impl<A: Allocator> Blocks<'_, A> {
    fn allocate(&mut self, size: usize, align: usize) -> Outcome {
        let layout = Layout::from_size_align(size, align).unwrap();
        let block =
            if size % 2 == 0 { self.allocator.allocate(layout)? } else { self.allocator.allocate_zeroed(layout)? };
        // SAFETY: the block has that many bytes.
        unsafe { block.cast::<u8>().write_bytes(size as u8, size) };
        self.live.push((block.cast(), layout));
        Ok(())
    }

    /// Resizes the last block.
    fn resize(&mut self, size: usize) -> Outcome {
        let at = self.live.len() - 1;
        self.check(at);
        let (block, old) = self.live[at];
        let new = Layout::from_size_align(size, old.align()).unwrap();
        let resized = if size >= old.size() {
            // SAFETY: live with that layout.
            unsafe { self.allocator.grow(block, old, new) }
        } else {
            // SAFETY: as above.
            unsafe { self.allocator.shrink(block, old, new) }
        };
        let resized = resized.inspect_err(|_| self.check(at))?.cast::<u8>();
        // SAFETY: the block has that many bytes.
        unsafe { resized.write_bytes(size as u8, size) };
        self.live[at] = (resized, new);
        Ok(())
    }

    fn check(&self, at: usize) {
        let (block, layout) = self.live[at];
        // SAFETY: live, written, and used by nobody else meanwhile.
        let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), layout.size()) };
        assert!(bytes.iter().step_by(7).all(|&byte| byte == layout.size() as u8));
    }

    fn free(&mut self, at: usize) {
        self.check(at);
        let (block, layout) = self.live.swap_remove(at);
        // SAFETY: live with that layout, and not used again.
        unsafe { self.allocator.deallocate(block, layout) };
    }
}

impl<A: Allocator> Drop for Blocks<'_, A> {
    fn drop(&mut self) {
        while !self.live.is_empty() {
            self.free(0);
        }
    }
}

/// Collections in collections.
fn use_collections<A: Allocator>(allocator: &A) -> Outcome {
    let mut map = HashMapIn::new_in(allocator);
    for n in 0..40 {
        map.try_reserve(1).map_err(refused)?;
        map.insert(n, VecIn::try_from_iter_in(tokens(0, n), allocator)?);
    }
    assert!(map.iter().all(|(n, list)| list.len() == *n as usize));
    Ok(())
}

#[test]
fn arena() {
    let mut figures = Figures::of_an_allocator("Arena");
    figures.case(|allocator| use_blocks(&Arena::new_in(allocator), 100_000));
    figures.case(|allocator| use_collections(&Arena::new_in(allocator)));
    figures.case(|allocator| {
        let arena = Arena::try_with_capacity_in(10, allocator)?;
        arena.try_alloc(7)?;
        arena.try_alloc_with(|| [1_u64; 100])?;
        arena.try_alloc_leak(1)?;
        _ = arena.try_alloc_try_with(|| Ok::<_, ()>([1_u64; 100]))?;
        _ = arena.try_alloc_try_with(|| Err::<[u64; 100], _>(1))?;
        arena.try_alloc_uninit::<[u64; 300]>()?;
        arena.try_alloc_layout(Layout::new::<[u64; 300]>())?;
        arena.try_alloc_str(&"text".repeat(1000))?;
        arena.try_alloc_fmt(format_args!("{:5000} {}", 1, "two"))?;
        arena.try_alloc_c_str(c"text")?;
        arena.try_alloc_slice_copy(&[1_u64; 1000])?;
        arena.try_alloc_slice_clone(&[Some(1_u64); 100])?;
        arena.try_alloc_slice_default::<u64>(2000)?;
        arena.try_alloc_slice_fill_with(2000, |n| n)?;
        _ = arena.try_alloc_slice_try_fill_with(2000, |n| if n < 1000 { Ok(n) } else { Err(n) })?;
        arena.try_alloc_slice_fill_iter((0..4000).filter(|n| n % 2 == 0))?;
        arena.try_alloc_slice_uninit::<u64>(9000)?;
        Ok(())
    });
    // Resets and scopes between.
    figures.case(|allocator| {
        let mut arena = Arena::new_in(allocator);
        for length in [100, 5000, 50, 20_000] {
            arena.try_alloc_slice_fill_with(length, |n| n)?;
            arena.scope(|scope| scope.try_alloc_slice_fill_with(length, |n| n).map(drop))?;
            arena.reset();
        }
        drop(Arena::<_, 16>::try_with_min_align_and_capacity_in(100, allocator)?);
        Ok(())
    });
}

#[test]
fn sync_arena() {
    let mut figures = Figures::of_an_allocator("SyncArena");
    figures.case(|allocator| use_blocks(&SyncArena::new_in(allocator), 600_000));
    figures.case(|allocator| {
        let arena = SyncArena::new_in(allocator);
        use_collections(&arena)?;
        use_blocks(&arena.reset(), 600_000)
    });
}

#[test]
fn task_arena() {
    let mut figures = Figures::of_an_allocator("TaskArena");
    figures.case(|allocator| use_blocks(&TaskArena::new_in(allocator), 600_000));
    figures.case(|allocator| {
        let mut arena = TaskArena::new_in(allocator);
        use_collections(&arena)?;
        arena.reset_keep_at_most(100_000);
        use_blocks(&arena, 600_000)
    });
}

#[test]
fn pool() {
    let mut figures = Figures::of_an_allocator("Pool");
    figures.case(|allocator| use_blocks(&Pool::new_in(allocator), 300_000));
    figures.case(|allocator| use_collections(&Pool::new_in(allocator)));
    figures.case(|allocator| {
        let arena = Arena::new_in(allocator);
        use_blocks(&Pool::new_in(&arena), 100_000)
    });
}

#[test]
fn block_pool() {
    let mut figures = Figures::of_an_allocator("BlockPool");
    figures.case(|allocator| {
        let layout = Layout::new::<[u64; 5]>();
        let pool = BlockPool::new_in(layout, allocator);
        let mut blocks = Blocks { allocator: &pool, live: Vec::new() };
        (0..500).try_for_each(|_| blocks.allocate(layout.size(), layout.align()))
    });
}

#[test]
fn shared_pool() {
    let mut figures = Figures::of_an_allocator("SharedPool");
    for checked in [false, true] {
        let options = Options::new().checked(checked);
        figures.case(|allocator| use_blocks(&SharedPool::with_options_in(options, allocator), 3_000_000));
        figures.case(|allocator| use_collections(&SharedPool::with_options_in(options, allocator)));
    }
}

/// A block passes each failure on, so it swallows none.
#[test]
fn blocks() {
    let mut figures = Figures::new("Limit");
    figures.case(|allocator| use_blocks(&Limit::new(allocator, usize::MAX), 3000));
    figures.case(|allocator| {
        let process = Limit::new(allocator, 1 << 20);
        let result = use_collections(&Limit::new(&process, 1 << 20));
        assert_eq!(process.used(), 0);
        result
    });
    drop(figures);
    let mut figures = Figures::new("Locked");
    figures.case(|allocator| use_blocks(&Locked::new(allocator), 3000));
    drop(figures);
    let mut figures = Figures::new("Failing");
    figures.case(|allocator| use_blocks(&Failing::never(allocator), 3000));
    figures.case(|allocator| use_blocks(&Failing::never(allocator).always_moving(), 3000));
    drop(figures);
    let mut figures = Figures::new("Stats");
    figures.case(|allocator| {
        let stats = Stats::new(allocator);
        let result = use_blocks(&stats, 3000);
        assert_eq!(stats.snapshot().live_bytes, 0);
        result
    });
    drop(figures);
    let mut figures = Figures::new("Aligned");
    figures.case(|allocator| use_blocks(&Aligned::<128, _>::new(allocator), 3000));
    drop(figures);
    let mut figures = Figures::new("ByTag");
    figures.case(|allocator| use_blocks(&ByTag::new(allocator), 3000));
    drop(figures);
    let mut figures = Figures::new("Segregate");
    figures.case(|allocator| use_blocks(&Segregate::<128, _, _>::new(allocator, allocator), 3000));
    figures.case(|allocator| use_collections(&Segregate::<128, _, _>::new(allocator, allocator)));
    drop(figures);
    let mut figures = Figures::new("Trace");
    figures.case(|allocator| use_blocks(&Trace::new(allocator, |_: &Event| {}), 3000));
    drop(figures);
    let mut figures = Figures::new("Zeroizing");
    figures.case(|allocator| use_blocks(&Zeroizing::new(allocator), 3000));
    drop(figures);
    #[cfg(feature = "profile")]
    {
        let mut figures = Figures::new("Profile");
        figures.case(|allocator| use_blocks(&Profile::with_sampling(allocator, Sampling::All), 3000));
    }
    // What one part is refused is the other's, also a shrink; and a guard gives back its quarantine and asks again.
    let mut figures = Figures::of_an_allocator("StackFirst");
    figures.case(|allocator| use_blocks(&&StackFirst::<256, _>::new(allocator), 3000));
    figures.case(|allocator| use_collections(&&StackFirst::<256, _>::new(allocator)));
    drop(figures);
    let mut figures = Figures::of_an_allocator("Fallback");
    figures.case(|allocator| use_blocks(&Fallback::new(Pool::new_in(allocator), allocator), 3000));
    drop(figures);
    let mut figures = Figures::of_an_allocator("Guard");
    figures.case(|allocator| use_blocks(&Guard::new(allocator), 3000));
    figures.case(|allocator| use_collections(&Guard::new(allocator)));
    drop(figures);
    let mut figures = Figures::of_an_allocator("together");
    figures.case(|allocator: &FaultAllocator| {
        let limit = Limit::new(Stats::new(allocator), 1 << 20);
        let pool = Locked::new(Pool::new_in(&limit));
        let result = use_collections(&pool);
        drop(pool);
        assert_eq!((limit.used(), Token::live()), (0, 0));
        result
    });
}
