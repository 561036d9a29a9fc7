//! Stacks with names, without the frames of allocators.

use std::vec::Vec;

use super::symbols::{Function, Symbols};

/// An address of a stack with the functions there that are shown, from the innermost on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) address: usize,
    pub(super) functions: &'a [Function],
}

/// Returns the frames of a stack, from the innermost on. The innermost ones that are functions of allocators are left out, unless all
/// are.
pub(super) fn frames<'a>(symbols: &'a Symbols, stack: &[usize]) -> Vec<Frame<'a>> {
    let all = || stack.iter().map(|&address| Frame { address, functions: symbols.at(address) });
    let mut is_inside = true;
    let outside = |mut frame: Frame<'a>| {
        if is_inside {
            let inner = frame.functions.iter().take_while(|function| is_of_allocator(&function.name)).count();
            is_inside = inner == frame.functions.len();
            frame.functions = frame.functions.get(inner..).unwrap_or_default();
        }
        (!is_inside).then_some(frame)
    };
    let frames: Vec<Frame<'a>> = all().filter_map(outside).collect();
    if frames.is_empty() { all().collect() } else { frames }
}

/// The starts of the names of functions through which a request reaches a profile.
const STARTS: [&str; 16] = [
    "backtrace::",
    "janus_alloc::adapters::",
    "janus_alloc::api::",
    "janus_alloc::blocks::",
    "<janus_alloc::adapters::",
    "<janus_alloc::blocks::",
    "<&janus_alloc::blocks::",
    "alloc::alloc::",
    "<alloc::alloc::",
    "allocator_api2::stable::alloc::",
    "__rust_",
    "__rustc::",
    "__rustc[",
    "__rg_",
    "__rdl_",
    "operator new",
];

/// The allocating methods of the traits, in the names of their implementations.
const METHODS: [&str; 3] = [
    " as allocator_api2::stable::alloc::Allocator>::",
    " as core::alloc::Allocator>::",
    " as core::alloc::global::GlobalAlloc>::",
];

/// C's functions.
const FUNCTIONS: [&str; 15] = [
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "memalign",
    "aligned_alloc",
    "posix_memalign",
    "valloc",
    "pvalloc",
    "__libc_malloc",
    "__libc_calloc",
    "__libc_realloc",
    "__libc_memalign",
    "_Unwind_Backtrace",
    "_Znwm",
];

fn is_of_allocator(name: &str) -> bool {
    STARTS.iter().any(|start| name.starts_with(start))
        || METHODS.iter().any(|method| name.contains(method))
        || FUNCTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::is_of_allocator;

    #[test]
    fn functions_of_allocators_are_known() {
        for name in [
            "backtrace::backtrace::trace_unsynchronized",
            "janus_alloc::blocks::profile::stack::Stack::capture",
            "<janus_alloc::blocks::profile::Profile<A> as allocator_api2::stable::alloc::Allocator>::allocate",
            "<&A as allocator_api2::stable::alloc::Allocator>::grow",
            "<janus_alloc::adapters::as_global::AsGlobal<A> as core::alloc::global::GlobalAlloc>::alloc",
            "__rust_alloc",
            "alloc::alloc::exchange_malloc",
            "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
            "malloc",
        ] {
            assert!(is_of_allocator(name), "{name}");
        }
        for name in
            ["main", "janus_alloc::collections::vec::Vec<T,A>::push", "alloc::raw_vec::finish_grow", "mallocator"]
        {
            assert!(!is_of_allocator(name), "{name}");
        }
    }
}
