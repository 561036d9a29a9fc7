//! A parent may use the pool that asks it, through a reference it came by.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::{BlockPool, Pool, System};

use crate::{fill, free, layout};

/// Calls a hook before and after each call of `System`, but not within the hook.
struct Hooked {
    hook: RefCell<Option<Box<dyn Fn()>>>,
    calls: Cell<usize>,
}

impl Hooked {
    const fn new() -> Self {
        Self { hook: RefCell::new(None), calls: Cell::new(0) }
    }

    fn around<T>(&self, call: impl FnOnce() -> T) -> T {
        let hook = self.hook.take();
        if let Some(hook) = &hook {
            self.calls.set(self.calls.get() + 1);
            hook();
        }
        let result = call();
        if let Some(hook) = &hook {
            hook();
        }
        self.hook.replace(hook);
        result
    }
}

// SAFETY: forwards to `System`.
unsafe impl Allocator for &Hooked {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.around(|| System.allocate(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        self.around(|| unsafe { System.deallocate(block, layout) });
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.around(|| unsafe { System.grow(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.around(|| unsafe { System.shrink(block, old, new) })
    }
}

thread_local! {
    static HOOKED: Hooked = const { Hooked::new() };
}

/// The hooked parent of this thread.
fn parent() -> &'static Hooked {
    HOOKED.with(|hooked| {
        // SAFETY: tests use it as long as their thread runs, and no longer.
        unsafe { &*std::ptr::from_ref(hooked) }
    })
}

/// Sets the hook; what it uses lives for ever.
fn hook<P: 'static>(pool: P, work: impl Fn(&P) + 'static) -> &'static P {
    let pool: &'static P = Box::leak(Box::new(pool));
    parent().hook.replace(Some(Box::new(move || work(pool))));
    pool
}

/// Everything is freed at the end; the leaked pool has no memory then.
fn finish<P>(pool: &'static P) {
    parent().hook.replace(None);
    // SAFETY: it was leaked by `hook`, and nobody uses it again.
    drop(unsafe { Box::from_raw(std::ptr::from_ref(pool).cast_mut()) });
}

#[test]
fn pool() {
    let kept = RefCell::new(Vec::new());
    let pool = hook(Pool::new_in(parent()), move |pool: &Pool<&Hooked>| {
        for layout in [layout(24, 8), layout(400, 8), layout(5000, 8), layout(50_000, 8)] {
            let block: NonNull<u8> = pool.allocate(layout).unwrap().cast();
            fill(block, 1, layout.size());
            kept.borrow_mut().push((block, layout));
        }
        if kept.borrow().len() > 50 {
            kept.borrow_mut().drain(..).for_each(|(block, layout)| free(pool, block, layout));
        }
    });
    let mut blocks = Vec::new();
    for n in 0..2000 {
        let layout = layout(n * 7 % 700 + n % 9 * 5000, 8);
        let block: NonNull<u8> = pool.allocate(layout).unwrap().cast();
        fill(block, n as u8, layout.size());
        blocks.push((block, layout, n as u8));
        if n % 3 == 0 {
            let (block, old, byte) = blocks.swap_remove(n * 31 % blocks.len());
            let new = self::layout(old.size() + 20_000, 8);
            // SAFETY: live with that layout, and no smaller after.
            let grown = unsafe { pool.grow(block, old, new) }.unwrap().cast();
            assert!(crate::all(crate::bytes(grown, old.size()), byte));
            fill(grown, byte, new.size());
            blocks.push((grown, new, byte));
        }
        if n % 2 == 0 {
            let (block, layout, byte) = blocks.swap_remove(n * 17 % blocks.len());
            assert!(crate::all(crate::bytes(block, layout.size()), byte));
            free(pool, block, layout);
        }
    }
    for &(block, layout, byte) in &blocks {
        assert!(crate::all(crate::bytes(block, layout.size()), byte));
    }
    assert!(parent().calls.get() > 100);
    finish(pool);
}

#[test]
fn block_pool() {
    let one = layout(104, 8);
    let pool = hook(BlockPool::new_in(one, parent()), move |pool: &BlockPool<&Hooked>| {
        for _ in 0..12 {
            fill(pool.allocate(one).unwrap().cast(), 0xff, 104);
        }
    });
    let blocks: Vec<NonNull<u8>> = (0..5000).map(|_| pool.allocate(one).unwrap().cast()).collect();
    blocks.iter().enumerate().for_each(|(n, &block)| fill(block, n as u8, 104));
    assert!(blocks.iter().enumerate().all(|(n, &block)| crate::all(crate::bytes(block, 104), n as u8)));
    assert_eq!(pool.live_blocks(), 5000 + 24 * parent().calls.get());
    assert!(parent().calls.get() > 5);
    finish(pool);
}
