//! The macro that defines the symbols.

/// Makes an allocator the `malloc` of the process: defines C's allocation functions over a static.
///
/// In a program, everything then allocates from the static: Rust's [`System`](crate::System), the C library itself
/// (`strdup`, `getline`), and libraries in C and C++. In a `cdylib`, the functions replace those of an existing
/// program: `LD_PRELOAD=./libpreload.so program` (see `examples/preload`). The macro takes the name of a static. It
/// exists on Linux.
///
/// The static holds an allocator whose reference is a [`GlobalAllocator`](crate::api::GlobalAllocator) and knows its
/// blocks ([`UsableSize`](crate::api::UsableSize)): a [`SharedPool`](crate::SharedPool), or an
/// [`AsGlobal`](crate::AsGlobal) of one that is the default as well. An allocator that takes its memory from `malloc`,
/// because it contains a [`Malloc`](crate::Malloc) or a [`System`](crate::System), does not compile.
///
/// | function | here it |
/// | --- | --- |
/// | `malloc(n)` | returns a block aligned to 16; for 0 bytes too, each a block of its own that has to be freed |
/// | `calloc(n, m)` | returns zeroed bytes; null if the product overflows |
/// | `free(p)` | does nothing for null |
/// | `realloc(p, n)` | is `malloc(n)` for null; frees the block and returns null for 0 bytes, as glibc does. The block stays in place if at most half of it and at most 64 KiB would remain unused, or if the allocator can grow or shrink it there. The result is aligned to 16, whatever the align of the old block. |
/// | `memalign(align, n)`, `aligned_alloc(align, n)` | rounds an align that is not a power of two up to one (as glibc does in the first, and up to 2.37 in the second); fails with `EINVAL` if there is none; accepts any size |
/// | `posix_memalign(&p, align, n)` | returns the error: `EINVAL` if the align is not a power of two, or not a multiple of a pointer's size |
/// | `malloc_usable_size(p)` | returns 0 for null; in a program with a `malloc` of its own, also for a pointer that is not a block of the static |
/// | `reallocarray(p, n, m)` | calls `realloc` by symbol; if the product overflows, returns null and leaves the block intact |
/// | `free_sized(p, n)`, `free_aligned_sized(p, align, n)`, `cfree(p)` | calls `free` by symbol, and ignores the sizes |
/// | `valloc(n)`, `pvalloc(n)` | calls `memalign` by symbol with the size of a page as the align; the second rounds the size up to whole pages |
/// | `malloc_trim(pad)` | calls [`collect`](crate::SharedPool::collect): returns 1 if memory went back, else 0; ignores the pad |
/// | `mallinfo2()`, `mallinfo()` | returns the bytes held (`arena`), in use (`uordblks`), held but not in use (`fordblks`), and of the latter those in the caches of threads (`fsmblks`, in `smblks` blocks); 0 in all other fields. A number that does not fit an `int` becomes the largest `int`. |
/// | `malloc_info(0, stream)` | writes the same as XML, with the cached blocks of each size |
/// | `malloc_stats()` | writes the table that [`stats`](crate::SharedPool::stats) displays to stderr |
/// | `mallopt(parameter, n)` | does nothing, and returns 1 for success |
/// | `__libc_malloc`, `__libc_free` and others (glibc) | does the same as the function without the prefix, for programs whose own `malloc` calls it |
///
/// The figures and `malloc_trim` need a [`SharedPool`](crate::SharedPool), alone or in an
/// [`AsGlobal`](crate::AsGlobal). For any other allocator the figures are 0, and the tables have none.
///
/// * **Failure**: null with `errno` set to `ENOMEM`, for sizes above `PTRDIFF_MAX` as for memory that is used up. A
///   block that was to be resized stays intact. Every other call leaves **`errno`** unchanged, `free` included.
/// * **Cost** over a [`SharedPool`](crate::SharedPool), alone or in an [`AsGlobal`](crate::AsGlobal): some 20
///   instructions each for `malloc` up to 1 KiB and `free`, where the thread's bin has a block or room for one; a few
///   more for larger blocks of a class. All other calls, and those over other allocators, cost what the allocator does;
///   for each `free` and `realloc` a call of `layout_of`, since C does not pass the size of a block; two accesses to
///   `errno`; and in a `cdylib` a call of `__tls_get_addr` for each thread-local variable of the allocator.
/// * **Mixed faces**: C code can free and resize a block that the static gave to Rust code, unless its size is 0. Rust
///   code can free and resize a block of C code under the layout that `layout_of` returns.
/// * **A program with a `malloc` of its own**, with the library preloaded: the program's functions are called, also by
///   the functions that call by symbol. `memalign` and its like return blocks of the static if the program does not
///   define them. The program's `free` must tell those from its own blocks, as it must with blocks of glibc's.
/// * **Namespaces**: no thread of a library that `dlmopen` has loaded together with a C library of its own may call
///   these functions. A pool finds a thread's cache by a key of the program's C library. Another C library has a key of
///   its own at the same place.
/// * **Not provided**: glibc's debugging aids (`mtrace`, `mcheck`), its hooks up to 2.33, and its tunables. They are
///   about a heap that is not in use.
///
/// # Safety
///
/// The traits promise all that the functions require of the allocator. The program has to ensure the rest:
///
/// 1. The symbols serve the whole process, so they are defined once: in the program itself, or in a library that is
///    loaded before the program runs. (The symbols of a library that `dlopen` loads are not called, except with
///    `RTLD_DEEPBIND`: then that library would free what the C library allocated.)
/// 2. Their callers keep the rules of C's own functions.
///
/// # Recursion
///
/// The functions may be called at any time: before `main`, after the handlers of `atexit`, in a forked child, and by
/// the C library while the allocator calls it. They do not lock, allocate, panic or unwind by themselves, except that
/// `malloc_info` writes to a stream, for which the C library may lock and allocate. If an allocator calls anything but
/// `mmap`, it must survive a nested call. In glibc, `malloc` is called by:
///
/// * `__cxa_thread_atexit_impl`, with which std registers the destructor of a thread-local, and which ends the process
///   if `malloc` fails. No allocator of this crate has such a destructor.
/// * `pthread_setspecific`, for a process's 33rd key and all further ones. It fails if `malloc` does.
/// * `pthread_atfork`. (If another thread forks meanwhile, glibc may wait for a lock of the allocator, while the fork
///   waits for glibc's lock.)
/// * `pthread_create`.
/// * The dynamic linker, when a thread first uses a thread-local variable of a module that `dlopen` loaded: for the
///   variables, and for the thread's table of them if that is too small.
///
/// The last case concerns a `cdylib`, where Rust calls `__tls_get_addr` for its own thread-locals as well; a
/// `SharedPool` does where it cannot serve a request from a bin. The thread-locals of a preloaded library are allocated
/// with the thread, so `__tls_get_addr` does not allocate them. But it may first update the thread's table, and call
/// `malloc` for that, which calls it again. glibc up to 2.38 updates only the entry in question, which is never
/// necessary for a preloaded library (tested with 2.36). glibc from 2.40 on notices the nested call. The released 2.39
/// may recurse until the stack ends. For 2.39, compile the library with a nightly compiler and
/// `RUSTFLAGS=-Ztls-model=initial-exec`: then only std's own thread-locals are found by the call, once for each thread.
/// A program that uses the macro itself is not affected, since its thread-locals need no call.
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
/// // SAFETY: the declarations are those of C.
/// unsafe extern "C" {
///     fn strdup(text: *const std::ffi::c_char) -> *mut std::ffi::c_char;
///     fn free(block: *mut std::ffi::c_char);
/// }
/// // SAFETY: it is a string that ends with a null byte.
/// let copy = NonNull::new(unsafe { strdup(c"by the C library".as_ptr()) }).unwrap();
/// assert!(POOL.owns(copy.cast()));
/// // SAFETY: `strdup` allocated it by `malloc`, and nothing uses it again.
/// unsafe { free(copy.as_ptr()) };
/// ```
///
/// Both faces and C's `malloc` over one static:
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
/// let text = String::from("by Rust's default");
/// assert!(DEFAULT.owns(NonNull::from(&text.as_bytes()[0])));
/// ```
#[macro_export]
macro_rules! export_malloc {
    ($allocator:ident $(,)?) => {
        const _: () = {
            use ::core::ffi::{c_int, c_void};
            use $crate::adapters::c_malloc as export;

            // Requires the traits of the allocator.
            #[inline(always)]
            fn allocator() -> impl $crate::api::UsableSize + $crate::api::GlobalAllocator {
                &$allocator
            }

            #[inline(always)]
            fn control() -> ::core::option::Option<&'static dyn export::Control> {
                #[allow(unused_imports, reason = "used for an allocator without a control")]
                use export::ProbeFallback as _;
                export::TypeProbe(&$allocator).control()
            }

            #[inline(always)]
            fn functions()
            -> export::CFunctions<impl export::FastPath, impl $crate::api::UsableSize + $crate::api::GlobalAllocator>
            {
                #[allow(unused_imports, reason = "used for an allocator without a fast path")]
                use export::ProbeFallback as _;
                export::CFunctions { fast_path: export::TypeProbe(&$allocator).fast_path(), allocator: allocator() }
            }

            const _: fn() = || {
                use export::ProbeFallback as _;
                export::require(&export::TypeProbe(&$allocator).calls_malloc());
            };

            // The C library calls the functions of this section before `main`.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static PREPARE: extern "C" fn() = prepare;

            extern "C" fn prepare() {
                export::prepare((&raw const PREPARE).cast());
            }

            // Every call must go through a symbol, to the definition that the dynamic linker chose, which may be in
            // another module. So no function is inlined. And each is in a section of its own: of two equal functions in
            // the same section the compiler keeps one, and calls of the other go to its symbol.

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc")]
            #[inline(never)]
            unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
                functions().malloc(size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.calloc")]
            #[inline(never)]
            unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
                functions().calloc(count, size)
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.free")]
            #[inline(never)]
            unsafe extern "C" fn free(block: *mut c_void) {
                // SAFETY: by the rules of C, the caller gives null or a live block of these functions.
                unsafe { functions().free(block) };
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.realloc")]
            #[inline(never)]
            unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: as for `free`.
                unsafe { functions().realloc(block, size) }
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
                unsafe { functions().malloc_usable_size(block) }
            }

            // Functions that C defines by others.

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

            // Functions about the heap.

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.malloc_trim")]
            #[inline(never)]
            unsafe extern "C" fn malloc_trim(_: usize) -> c_int {
                export::malloc_trim(control())
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.mallinfo2")]
            #[inline(never)]
            unsafe extern "C" fn mallinfo2() -> export::MallInfo<usize> {
                export::mallinfo2(control())
            }

            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".text.mallinfo")]
            #[inline(never)]
            unsafe extern "C" fn mallinfo() -> export::MallInfo<c_int> {
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

            // glibc's own names. A program's own `malloc` may take a block by one of them, and its `free` give the
            // block back by another.

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
