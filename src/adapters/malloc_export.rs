//! C's allocation functions over an allocator: what [`export_malloc!`](crate::export_malloc) defines forwards to these.
//!
//! The allocator may be called from anywhere, so nothing here allocates, panics or locks.

use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};

pub use crate::api::CallsMalloc;
use crate::api::{Layout, UsableSize};

/// The align of every block: that of `max_align_t`, or more, on every target.
const ALIGN: usize = 16;

/// A block, or the error number that says why there is none.
type Block = Result<NonNull<u8>, c_int>;

/// C's functions are an allocator's of this crate: a fork has more to mind then.
pub extern "C" fn note() {
    crate::pools::mind_c();
}

fn errno() -> *mut c_int {
    // SAFETY: it always succeeds; the address is the calling thread's for as long as that lives.
    unsafe { libc::__errno_location() }
}

/// Runs `work` and gives `errno` its old value back: system calls in an allocator may fail although it succeeds.
#[inline]
fn keeping_errno<R>(work: impl FnOnce() -> R) -> R {
    let errno = errno();
    // SAFETY: `errno` is readable.
    let before = unsafe { errno.read() };
    let result = work();
    // SAFETY: `errno` is writable, and still this thread's.
    unsafe { errno.write(before) };
    result
}

/// C's way to say it: the block, and `errno` untouched; or null, and `errno` set.
#[inline]
fn block_or_errno(work: impl FnOnce() -> Block) -> *mut c_void {
    match keeping_errno(work) {
        Ok(block) => block.as_ptr().cast(),
        Err(error) => fail(error),
    }
}

#[cold]
fn fail(error: c_int) -> *mut c_void {
    // SAFETY: `errno` is writable.
    unsafe { errno().write(error) };
    ptr::null_mut()
}

/// The layout of a request. No block is of size 0, so that each has an address of its own and can be freed.
#[inline]
fn layout(size: usize, align: usize) -> Result<Layout, c_int> {
    if !align.is_power_of_two() {
        return Err(libc::EINVAL);
    }
    Layout::from_size_align(size.max(1), align.max(ALIGN)).map_err(|_| libc::ENOMEM)
}

#[inline]
fn allocate<A: UsableSize>(allocator: A, size: usize, align: usize) -> Block {
    let block = allocator.allocate(layout(size, align)?);
    block.map(NonNull::cast).map_err(|_| libc::ENOMEM)
}

/// `malloc(size)`
#[inline]
pub fn malloc<A: UsableSize>(allocator: A, size: usize) -> *mut c_void {
    block_or_errno(|| allocate(allocator, size, ALIGN))
}

/// `calloc(count, size)`
#[inline]
pub fn calloc<A: UsableSize>(allocator: A, count: usize, size: usize) -> *mut c_void {
    block_or_errno(|| {
        let layout = layout(count.checked_mul(size).ok_or(libc::ENOMEM)?, ALIGN)?;
        allocator.allocate_zeroed(layout).map(NonNull::cast).map_err(|_| libc::ENOMEM)
    })
}

/// `free(block)`
///
/// # Safety
///
/// `block` is null or a live block of `allocator`, not requested with size 0.
#[inline]
pub unsafe fn free<A: UsableSize>(allocator: A, block: *mut c_void) {
    let Some(block) = NonNull::new(block.cast::<u8>()) else { return };
    keeping_errno(|| {
        // SAFETY: by `# Safety` of this fn.
        let layout = unsafe { allocator.layout_of(block) };
        // SAFETY: the block is live, and the layout of `layout_of` fits it.
        unsafe { allocator.deallocate(block, layout) };
    });
}

/// `realloc(block, size)`
///
/// # Safety
///
/// As for [`free`]. The old block is gone unless the result is null and `size` is not 0.
#[inline]
pub unsafe fn realloc<A: UsableSize>(allocator: A, block: *mut c_void, size: usize) -> *mut c_void {
    let Some(old) = NonNull::new(block.cast::<u8>()) else { return malloc(allocator, size) };
    if size == 0 {
        // SAFETY: by `# Safety` of this fn.
        unsafe { free(allocator, block) };
        return ptr::null_mut();
    }
    // SAFETY: by `# Safety` of this fn.
    block_or_errno(|| unsafe { resize(allocator, old, size) })
}

/// `reallocarray(block, count, size)`
///
/// # Safety
///
/// As for [`realloc`] with the product; if that is too large, the old block is intact.
#[inline]
pub unsafe fn reallocarray<A: UsableSize>(allocator: A, block: *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: by `# Safety` of this fn.
        Some(size) => unsafe { realloc(allocator, block, size) },
        None => fail(libc::ENOMEM),
    }
}

/// What a shrinking block may keep without being asked: half of itself, up to this.
const KEPT: usize = 64 << 10;
/// A rest for which no block moves.
const CRUMB: usize = 64;

/// # Safety
///
/// `block` is a live block of `allocator`, not requested with size 0.
unsafe fn resize<A: UsableSize>(allocator: A, block: NonNull<u8>, size: usize) -> Block {
    // SAFETY: by `# Safety` of this fn.
    let old = unsafe { allocator.layout_of(block) };
    // A block that came through the Rust face may be aligned worse.
    let fits = size <= old.size() && block.addr().get() % ALIGN == 0;
    if fits && old.size() - size <= (old.size() / 2).clamp(CRUMB, KEPT) {
        return Ok(block);
    }
    // Only under an unchanged align can a block grow or shrink where it is. So a large one keeps its own. To a small one a large
    // align would cost more than a copy; and `realloc` promises no more than `malloc`.
    let align = if old.align() > ALIGN && old.align() <= size / 8 { old.align() } else { ALIGN };
    let new = layout(size, align)?;
    let resized = if new.size() >= old.size() {
        // SAFETY: the block is live, the layout of `layout_of` fits it, and the new size is not smaller.
        unsafe { allocator.grow(block, old, new) }
    } else {
        // SAFETY: the block is live, the layout of `layout_of` fits it, and the new size is smaller.
        unsafe { allocator.shrink(block, old, new) }
    };
    match resized {
        Ok(resized) => Ok(resized.cast()),
        // As it is, it is large enough.
        Err(_) if fits => Ok(block),
        Err(_) => Err(libc::ENOMEM),
    }
}

/// `aligned_alloc(align, size)` and `memalign(align, size)`
#[inline]
pub fn memalign<A: UsableSize>(allocator: A, align: usize, size: usize) -> *mut c_void {
    block_or_errno(|| allocate(allocator, size, align))
}

/// `posix_memalign(&block, align, size)`
///
/// # Safety
///
/// `block` is valid for a write. It is not written to unless the result is 0.
#[inline]
pub unsafe fn posix_memalign<A: UsableSize>(allocator: A, block: *mut *mut c_void, align: usize, size: usize) -> c_int {
    if align % size_of::<*mut c_void>() != 0 {
        return libc::EINVAL;
    }
    match keeping_errno(|| allocate(allocator, size, align)) {
        Ok(allocated) => {
            // SAFETY: by `# Safety` of this fn.
            unsafe { block.write(allocated.as_ptr().cast()) };
            0
        }
        Err(error) => error,
    }
}

/// `valloc(size)`
#[inline]
pub fn valloc<A: UsableSize>(allocator: A, size: usize) -> *mut c_void {
    memalign(allocator, page_size(), size)
}

/// `pvalloc(size)`: whole pages, at least one.
#[inline]
pub fn pvalloc<A: UsableSize>(allocator: A, size: usize) -> *mut c_void {
    let page = page_size();
    match size.max(1).checked_next_multiple_of(page) {
        Some(size) => memalign(allocator, page, size),
        None => fail(libc::ENOMEM),
    }
}

fn page_size() -> usize {
    // SAFETY: reads what the kernel told the process at its start.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    page.try_into().unwrap_or(4096)
}

/// `malloc_usable_size(block)`
///
/// # Safety
///
/// As for [`free`].
#[inline]
pub unsafe fn malloc_usable_size<A: UsableSize>(allocator: A, block: *mut c_void) -> usize {
    match NonNull::new(block.cast::<u8>()) {
        // SAFETY: by `# Safety` of this fn.
        Some(block) => unsafe { allocator.usable_size(block) },
        None => 0,
    }
}

/// Asks whether the allocator in a static is known to call `malloc`: the method by itself answers if it is, that of
/// [`Otherwise`] if not.
#[derive(Debug)]
pub struct Asked<A: 'static>(pub &'static A);

impl<A: CallsMalloc> Asked<A> {
    /// It is.
    pub fn calls_malloc(&self) -> Calls {
        Calls
    }
}

/// See [`Asked`].
pub trait Otherwise {
    /// It is not.
    fn calls_malloc(&self) -> DoesNot {
        DoesNot
    }
}

impl<A> Otherwise for Asked<A> {}

/// An answer to [`Asked`].
#[derive(Debug)]
pub struct Calls;
/// An answer to [`Asked`].
#[derive(Debug)]
pub struct DoesNot;

/// The answer that lets `export_malloc!` go on.
#[diagnostic::on_unimplemented(
    message = "the allocator takes its memory from the C library's `malloc`, which `export_malloc!` replaces by the allocator",
    label = "it would call itself until the stack ends",
    note = "take memory from the operating system, as `SharedPool::new()` does: no `System` and no `Malloc`, however deep"
)]
pub trait MayBeMalloc {}

impl MayBeMalloc for DoesNot {}

/// See [`MayBeMalloc`].
pub const fn require(_: &impl MayBeMalloc) {}

/// Makes an allocator the `malloc` of the process: defines C's allocation functions over a static.
///
/// In a program, everything in it then allocates from the static: Rust's [`System`](crate::System), the C library itself
/// (`strdup`, `getline`), and libraries in C and C++. In a `cdylib`, it does so for a program that exists already:
/// `LD_PRELOAD=./libpreload.so program` (see `examples/preload.rs`). It needs the name of a static, and Linux.
///
/// The static holds an allocator whose reference is a [`GlobalAllocator`](crate::api::GlobalAllocator) and knows its blocks
/// ([`UsableSize`](crate::api::UsableSize)): a [`SharedPool`](crate::SharedPool), or an [`AsGlobal`](crate::AsGlobal) of one
/// that is the default as well. One that would take its memory from `malloc`, because there is a [`Malloc`](crate::Malloc) or a
/// [`System`](crate::System) in it, does not compile.
///
/// | function | what it does here |
/// | --- | --- |
/// | `malloc(n)` | a block aligned to 16; for 0 bytes one of its own too, to be freed |
/// | `calloc(n, m)` | zeroes; null if the product overflows |
/// | `free(p)` | nothing for null |
/// | `realloc(p, n)` | for null `malloc(n)`; for 0 bytes frees and gives null, as glibc does. It keeps the block where it is if at most half of that and 64 KiB would be left over, or if the allocator can grow or shrink it there. Aligned to 16, not to more. |
/// | `reallocarray(p, n, m)` | null if the product overflows, and the block is intact |
/// | `aligned_alloc(align, n)`, `memalign(align, n)` | `EINVAL` if the align is not a power of two; the size is not looked at |
/// | `posix_memalign(&p, align, n)` | gives the error: `EINVAL` if the align is not a power of two, or not a multiple of a pointer's size |
/// | `valloc(n)`, `pvalloc(n)` | aligned to a page; the second in whole pages |
/// | `malloc_usable_size(p)` | 0 for null |
///
/// * **Failure** is null and `ENOMEM`, for sizes above `PTRDIFF_MAX` as for what there is no memory for; a block that was to be
///   resized is intact. **`errno`** is what it was before after everything else, `free` included.
/// * **Cost**: the allocator's own, and with each `free` and `realloc` its `layout_of`, since C does not say how large a
///   block is; two accesses to `errno`; in a `cdylib` the call of `__tls_get_addr` for each thread-local variable the allocator
///   has.
/// * **Mixed faces**: a block that the static gave to Rust code, not of size 0, can be freed and resized by C, and the other way
///   round with the layout that `layout_of` tells.
/// * **What is missing**: `mallinfo`, `mallopt` and `malloc_trim` are still the C library's, and speak of a heap that is not in
///   use. `cfree`, gone from glibc since 2.26, is not defined.
///
/// # Safety
///
/// The traits promise all that the functions need of the allocator. What is left is for who builds the program. The symbols are
/// for all of it: define them once, in the program itself or in a library that is loaded before it runs. (Those of one that is
/// loaded by `dlopen` nobody calls, unless with `RTLD_DEEPBIND`: then that library would free what the C library allocated.)
/// And they are as unsafe to call as C's own.
///
/// # Recursion
///
/// The functions are called from everywhere: before `main`, after the handlers of `atexit`, in a forked child, and by the C
/// library while the allocator itself calls that. Nothing here locks, allocates or panics, and no unwinding leaves them. What the
/// allocator does beyond `mmap` must survive a call to itself. With glibc these functions call `malloc`:
///
/// * `__cxa_thread_atexit_impl`, by which std registers the destructor of a thread-local; `pthread_atfork` (but if that is called
///   while another thread forks, glibc may wait for a lock of the allocator, and the fork for glibc's); `pthread_setspecific`;
///   `pthread_create`;
/// * the dynamic linker, for a thread that touches a thread-local variable of a module loaded by `dlopen`: for the variables,
///   and for the thread's table of them when that is too small.
///
/// The latter concerns a `cdylib`, where Rust asks `__tls_get_addr` for its own thread-locals as well. Those of a preloaded
/// library are allocated with the thread, so this never allocates in itself. But where it brings the table up to date first, it
/// may call `malloc`, which asks it again. glibc up to 2.38 brings up to date only what is asked for, which for a preloaded
/// library is never necessary (tested with 2.36), and from 2.40 on it notices the second call. 2.39 as it was released may
/// recurse until the stack ends. There, and where the call costs too much, compile the library with a nightly compiler and
/// `RUSTFLAGS=-Ztls-model=initial-exec`: then only std's own thread-locals are asked for by the call, once a thread. A program
/// that uses the macro itself is not concerned: its thread-locals need no call.
///
/// # Examples
///
/// ```standalone_crate
/// use std::ptr::NonNull;
///
/// use janus_alloc::{SharedPool, export_malloc};
///
/// static POOL: SharedPool = SharedPool::new();
/// export_malloc!(POOL);
///
/// // SAFETY: a string; and a block that `strdup` asked `malloc` for.
/// unsafe extern "C" {
///     fn strdup(text: *const std::ffi::c_char) -> *mut std::ffi::c_char;
///     fn free(block: *mut std::ffi::c_char);
/// }
/// // SAFETY: as above.
/// let copy = NonNull::new(unsafe { strdup(c"by the C library".as_ptr()) }).unwrap();
/// assert!(POOL.owns(copy.cast()));
/// // SAFETY: freed once.
/// unsafe { free(copy.as_ptr()) };
/// ```
///
/// Both faces, and C's:
///
/// ```standalone_crate
/// use std::ptr::NonNull;
///
/// use janus_alloc::{AsGlobal, SharedPool, export_malloc};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
/// export_malloc!(DEFAULT);
///
/// let text = String::from("by Rust, without a look at what `layout_of` says");
/// assert!(DEFAULT.owns(NonNull::from(&text.as_bytes()[0])));
/// ```
#[macro_export]
macro_rules! export_malloc {
    ($allocator:ident $(,)?) => {
        const _: () = {
            use ::core::ffi::{c_int, c_void};
            use $crate::adapters::malloc_export as export;

            // What the allocator has to be is asked for here, once.
            #[inline(always)]
            fn allocator() -> impl $crate::api::UsableSize + $crate::api::GlobalAllocator {
                &$allocator
            }

            const _: fn() = || {
                use export::Otherwise as _;
                export::require(&export::Asked(&$allocator).calls_malloc());
            };

            // Before `main`.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static NOTE: extern "C" fn() = export::note;

            // None of them is ever inlined: all calls go through the symbols, and so to the same definitions, whichever
            // those are in the end.

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
                export::malloc(allocator(), size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
                export::calloc(allocator(), count, size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn free(block: *mut c_void) {
                // SAFETY: by the rules of C, the caller gives null or a live block of these functions.
                unsafe { export::free(allocator(), block) };
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: as for `free`.
                unsafe { export::realloc(allocator(), block, size) }
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn reallocarray(block: *mut c_void, count: usize, size: usize) -> *mut c_void {
                // SAFETY: as for `free`.
                unsafe { export::reallocarray(allocator(), block, count, size) }
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
                export::memalign(allocator(), align, size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
                export::memalign(allocator(), align, size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn posix_memalign(block: *mut *mut c_void, align: usize, size: usize) -> c_int {
                // SAFETY: by the rules of C, the caller gives a pointer to write to.
                unsafe { export::posix_memalign(allocator(), block, align, size) }
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
                export::valloc(allocator(), size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
                export::pvalloc(allocator(), size)
            }

            #[unsafe(no_mangle)]
            #[inline(never)]
            unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
                // SAFETY: as for `free`.
                unsafe { export::malloc_usable_size(allocator(), block) }
            }
        };
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`export_malloc!` takes the name of a static that is an allocator: `export_malloc!(DEFAULT);`"
        );
    };
}
