//! The macro.

/// Makes an allocator the `malloc` of the process: defines C's allocation functions over a static.
///
/// In a program, everything in it then allocates from the static: Rust's [`System`](crate::System), the C library itself
/// (`strdup`, `getline`), and libraries in C and C++. In a `cdylib`, it does so for a program that exists already:
/// `LD_PRELOAD=./libpreload.so program` (see `examples/preload`). It needs the name of a static, and Linux.
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
/// | `memalign(align, n)`, `aligned_alloc(align, n)` | an align that is no power of two is rounded up to one (so does glibc in the first, and up to 2.37 in the second); `EINVAL` if there is none; the size is not looked at |
/// | `posix_memalign(&p, align, n)` | gives the error: `EINVAL` if the align is not a power of two, or not a multiple of a pointer's size |
/// | `malloc_usable_size(p)` | 0 for null, and for what is no block of the static's in a program with a `malloc` of its own |
/// | `reallocarray(p, n, m)` | `realloc`, by symbol; null if the product overflows, and the block is intact |
/// | `free_sized(p, n)`, `free_aligned_sized(p, align, n)`, `cfree(p)` | `free`, by symbol: the sizes are not looked at |
/// | `valloc(n)`, `pvalloc(n)` | `memalign` with the size of a page, by symbol; the second in whole pages |
/// | `malloc_trim(pad)` | [`collect`](crate::SharedPool::collect): 1 if anything was given back, else 0; the pad is not looked at |
/// | `mallinfo2()`, `mallinfo()` | the bytes held (`arena`), in use (`uordblks`), held and not in use (`fordblks`), and of the latter those in the caches of threads (`fsmblks`, in `smblks` blocks); else 0. What does not fit an `int` is the largest `int`. |
/// | `malloc_info(0, stream)` | the same in XML, with the cached blocks of each size |
/// | `malloc_stats()` | the table that [`stats`](crate::SharedPool::stats) displays, on stderr |
/// | `mallopt(parameter, n)` | nothing, and 1 for success |
/// | `__libc_malloc`, `__libc_free` and others (glibc) | what they do without the prefix: for programs whose own `malloc` calls them |
///
/// The figures and `malloc_trim` are for a [`SharedPool`](crate::SharedPool), alone or in an [`AsGlobal`](crate::AsGlobal). Of other
/// allocators nothing is known: 0, and tables without figures.
///
/// * **Failure** is null and `ENOMEM`, for sizes above `PTRDIFF_MAX` as for what there is no memory for; a block that was to be
///   resized is intact. **`errno`** is what it was before after everything else, `free` included.
/// * **Cost**: over a [`SharedPool`](crate::SharedPool), alone or in an [`AsGlobal`](crate::AsGlobal), some 20 instructions each for
///   `malloc` up to 1 KiB and `free`, where the thread's bin has a block or room for one; a few more for larger blocks of a class. Else,
///   and over other allocators: the allocator's own cost, with each `free` and `realloc` its `layout_of`, since C does not say how
///   large a block is; two accesses to `errno`; in a `cdylib` a call of `__tls_get_addr` for each thread-local variable the allocator has.
/// * **Mixed faces**: a block that the static gave to Rust code, not of size 0, can be freed and resized by C, and the other way
///   round with the layout that `layout_of` tells.
/// * **A program with a `malloc` of its own**, and the library preloaded: the program's functions are called, also by those that
///   go by symbol above. `memalign` and its like, where the program has none, serve blocks of the static, which the program's `free`
///   has to know from its own; as it has to with those of glibc.
/// * **Namespaces**: no thread of a library that `dlmopen` has loaded with a C library of its own may call these functions. The key of a
///   pool is the program's, and another C library has its own at the same place.
/// * **What is missing**: glibc's debugging aids (`mtrace`, `mcheck`), the hooks it had up to 2.33, and its tunables are about
///   a heap that is not in use.
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
/// library while the allocator itself calls that. Nothing here locks, allocates or panics, and no unwinding leaves them; but
/// `malloc_info` writes to a stream, which the C library may lock and allocate for. What the allocator does beyond `mmap` must
/// survive a call to itself. With glibc these functions call `malloc`:
///
/// * `__cxa_thread_atexit_impl`, by which std registers the destructor of a thread-local, and which ends the process if it gets
///   nothing: no allocator of this crate's has such a destructor; `pthread_setspecific`, for the keys from the 33rd on of a process,
///   which fails then; `pthread_atfork` (but if that is called while another thread forks, glibc may wait for a lock of the
///   allocator, and the fork for glibc's); `pthread_create`;
/// * the dynamic linker, for a thread that touches a thread-local variable of a module loaded by `dlopen`: for the variables,
///   and for the thread's table of them when that is too small.
///
/// The latter concerns a `cdylib`, where Rust asks `__tls_get_addr` for its own thread-locals as well: a `SharedPool` does where it
/// cannot serve a request from a bin. Those of a preloaded
/// library are allocated with the thread, so this never allocates in itself. But where it brings the table up to date first, it
/// may call `malloc`, which asks it again. glibc up to 2.38 brings up to date only what is asked for, which for a preloaded
/// library is never necessary (tested with 2.36), and from 2.40 on it notices the second call. 2.39 as it was released may
/// recurse until the stack ends. There compile the library with a nightly compiler and
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

            #[inline(always)]
            fn control() -> ::core::option::Option<&'static dyn export::Control> {
                #[allow(unused_imports, reason = "of use for an allocator without a control")]
                use export::Otherwise as _;
                export::Asked(&$allocator).control()
            }

            #[inline(always)]
            fn over() -> export::Over<impl export::AtHand, impl $crate::api::UsableSize + $crate::api::GlobalAllocator>
            {
                #[allow(unused_imports, reason = "of use for an allocator with nothing at hand")]
                use export::Otherwise as _;
                export::Over { at_hand: export::Asked(&$allocator).at_hand(), allocator: allocator() }
            }

            const _: fn() = || {
                use export::Otherwise as _;
                export::require(&export::Asked(&$allocator).calls_malloc());
            };

            // Before `main`.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static NOTE: extern "C" fn() = note;

            extern "C" fn note() {
                export::note((&raw const NOTE).cast());
            }

            // All calls go through the symbols, and so to the definitions that the dynamic linker chose, which may be others. So none
            // is ever inlined; and each is said to be in a section of its own, where it would be anyway: of two equal functions in the
            // same section the compiler keeps one, and calls of the other go to the symbol of that one.

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc")]
            #[inline(never)]
            unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
                over().malloc(size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.calloc")]
            #[inline(never)]
            unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
                over().calloc(count, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.free")]
            #[inline(never)]
            unsafe extern "C" fn free(block: *mut c_void) {
                // SAFETY: by the rules of C, the caller gives null or a live block of these functions.
                unsafe { over().free(block) };
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.realloc")]
            #[inline(never)]
            unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: as for `free`.
                unsafe { over().realloc(block, size) }
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.memalign")]
            #[inline(never)]
            unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
                export::memalign(allocator(), align, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.aligned_alloc")]
            #[inline(never)]
            unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
                export::memalign(allocator(), align, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.posix_memalign")]
            #[inline(never)]
            unsafe extern "C" fn posix_memalign(block: *mut *mut c_void, align: usize, size: usize) -> c_int {
                // SAFETY: by the rules of C, the caller gives a pointer to write to.
                unsafe { export::posix_memalign(allocator(), block, align, size) }
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc_usable_size")]
            #[inline(never)]
            unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
                if export::is_foreign(control, block) {
                    return 0;
                }
                // SAFETY: as for `free`.
                unsafe { over().malloc_usable_size(block) }
            }

            // Those that C defines by others.

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.reallocarray")]
            #[inline(never)]
            unsafe extern "C" fn reallocarray(block: *mut c_void, count: usize, size: usize) -> *mut c_void {
                // SAFETY: by the rules of C, the caller gives null or a live block of `realloc`.
                export::by_symbol::reallocarray(|size| unsafe { export::by_symbol::realloc(block, size) }, count, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.valloc")]
            #[inline(never)]
            unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
                export::by_symbol::valloc(export::by_symbol::memalign, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.pvalloc")]
            #[inline(never)]
            unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
                export::by_symbol::pvalloc(export::by_symbol::memalign, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.free_sized")]
            #[inline(never)]
            unsafe extern "C" fn free_sized(block: *mut c_void, _: usize) {
                // SAFETY: by the rules of C, the caller gives null or a live block, for `free`.
                unsafe { export::by_symbol::free(block) };
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.free_aligned_sized")]
            #[inline(never)]
            unsafe extern "C" fn free_aligned_sized(block: *mut c_void, _: usize, _: usize) {
                // SAFETY: by the rules of C, the caller gives null or a live block, for `free`.
                unsafe { export::by_symbol::free(block) };
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.cfree")]
            #[inline(never)]
            unsafe extern "C" fn cfree(block: *mut c_void) {
                // SAFETY: by the rules of C, the caller gives null or a live block, for `free`.
                unsafe { export::by_symbol::free(block) };
            }

            // Those about the heap.

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc_trim")]
            #[inline(never)]
            unsafe extern "C" fn malloc_trim(_: usize) -> c_int {
                export::malloc_trim(control())
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.mallinfo2")]
            #[inline(never)]
            unsafe extern "C" fn mallinfo2() -> export::Info<usize> {
                export::mallinfo2(control())
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.mallinfo")]
            #[inline(never)]
            unsafe extern "C" fn mallinfo() -> export::Info<c_int> {
                export::mallinfo(control())
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.mallopt")]
            #[inline(never)]
            unsafe extern "C" fn mallopt(_: c_int, _: c_int) -> c_int {
                export::mallopt()
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc_info")]
            #[inline(never)]
            unsafe extern "C" fn malloc_info(options: c_int, stream: *mut c_void) -> c_int {
                // SAFETY: by the rules of C, the stream is open.
                unsafe { export::malloc_info(control(), options, stream.cast()) }
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc_stats")]
            #[inline(never)]
            unsafe extern "C" fn malloc_stats() {
                export::malloc_stats(control());
            }

            // glibc's own, which a `malloc` of the program's may call, and get what the program's `free` then gives back by
            // another of them.

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_malloc")]
            #[inline(never)]
            unsafe extern "C" fn __libc_malloc(size: usize) -> *mut c_void {
                export::malloc(allocator(), size)
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_calloc")]
            #[inline(never)]
            unsafe extern "C" fn __libc_calloc(count: usize, size: usize) -> *mut c_void {
                export::calloc(allocator(), count, size)
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_free")]
            #[inline(never)]
            unsafe extern "C" fn __libc_free(block: *mut c_void) {
                // SAFETY: as for `free`.
                unsafe { export::free(allocator(), block) };
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_realloc")]
            #[inline(never)]
            unsafe extern "C" fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: as for `free`.
                unsafe { export::realloc(allocator(), block, size) }
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_memalign")]
            #[inline(never)]
            unsafe extern "C" fn __libc_memalign(align: usize, size: usize) -> *mut c_void {
                export::memalign(allocator(), align, size)
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_valloc")]
            #[inline(never)]
            unsafe extern "C" fn __libc_valloc(size: usize) -> *mut c_void {
                export::by_symbol::valloc(|align, size| export::memalign(allocator(), align, size), size)
            }

            #[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.__libc_pvalloc")]
            #[inline(never)]
            unsafe extern "C" fn __libc_pvalloc(size: usize) -> *mut c_void {
                export::by_symbol::pvalloc(|align, size| export::memalign(allocator(), align, size), size)
            }
        };
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`export_malloc!` takes the name of a static that is an allocator: `export_malloc!(DEFAULT);`"
        );
    };
}
