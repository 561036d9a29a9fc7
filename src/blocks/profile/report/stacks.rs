//! Stacks with names, without the frames of allocators.

use std::vec::Vec;

use super::symbols::{Function, Symbols};
use crate::blocks::own_files::own_directory;

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
            let inner = frame.functions.iter().take_while(|function| is_of_allocator(function)).count();
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

fn is_of_allocator(function: &Function) -> bool {
    let Function { name, file, .. } = function;
    has_name_of_allocator(name) || is_without_path(name) && file.as_deref().is_some_and(is_file_of_allocator)
}

fn has_name_of_allocator(name: &str) -> bool {
    STARTS.iter().any(|start| name.starts_with(start))
        || METHODS.iter().any(|method| name.contains(method))
        || FUNCTIONS.contains(&name)
}

/// Returns whether the name has no path, such as that of a module. With line tables alone (`debug = "line-tables-only"`) no name of a
/// Rust program has one.
fn is_without_path(name: &str) -> bool {
    let before_parameters = name.split('<').next().unwrap_or_default();
    !before_parameters.is_empty() && !before_parameters.contains("::")
}

/// The folders of this crate through which a request reaches a profile.
const ROOMS: [&str; 3] = ["adapters/", "api/", "blocks/"];

/// Returns whether the functions in the file are those of [`STARTS`].
fn is_file_of_allocator(file: &str) -> bool {
    let file = file.replace('\\', "/");
    // The directory of this crate's code, as debug information has it: absolute, or relative to a directory in front of it.
    let own = own_directory().replace('\\', "/");
    let in_own = |at: usize| {
        let begins = at == 0 || file[..at].ends_with('/');
        begins && ROOMS.iter().any(|room| file[at + own.len()..].starts_with(room))
    };
    file.match_indices(&own).any(|(at, _)| in_own(at))
        || file.ends_with("library/alloc/src/alloc.rs")
        || file.contains("/backtrace-0.")
        || file.contains("/allocator-api2-") && file.contains("/stable/alloc/")
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::{Function, has_name_of_allocator, is_of_allocator};

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
            assert!(has_name_of_allocator(name), "{name}");
        }
        for name in
            ["main", "janus_alloc::collections::vec::Vec<T,A>::push", "alloc::raw_vec::finish_grow", "mallocator"]
        {
            assert!(!has_name_of_allocator(name), "{name}");
        }
    }
    /// Debug information with line tables alone.
    #[test]
    fn functions_without_a_path_are_known_by_their_file() {
        let is_of_allocator = |name: &str, file: &str| {
            let (name, file) = (name.to_string(), Some(file.to_string()));
            is_of_allocator(&Function { symbol: name.clone(), name, file, line: 1, column: 1 })
        };
        let own = |file: &str| file!().replace("blocks/profile/report/stacks.rs", file);
        for (name, file) in [
            ("capture", own("blocks/profile/stack.rs")),
            (
                "sample<janus_alloc::blocks::by_tag::ByTag<A>>",
                std::format!("/a/project/{}", own("blocks/profile/allocator.rs")),
            ),
            ("{closure#0}", own("adapters/as_global.rs")),
            ("alloc_impl", "/rustc/59807616/library/alloc/src/alloc.rs".to_string()),
            ("trace<F>", "/home/me/.cargo/registry/src/index/backtrace-0.3.76/src/backtrace/mod.rs".to_string()),
            ("trace<F>", r"C:\cargo\registry\src\index\backtrace-0.3.76\src\backtrace\mod.rs".to_string()),
            ("allocate", "/registry/allocator-api2-0.2.21/src/stable/alloc/mod.rs".to_string()),
        ] {
            assert!(is_of_allocator(name, &file), "{name} {file}");
        }
        for (name, file) in [
            ("main", "/a/project/src/main.rs".to_string()),
            // The name tells enough.
            ("program::capture", own("blocks/profile/stack.rs")),
            ("<program::Blocks>::capture", own("blocks/profile/stack.rs")),
            ("grow_one<T>", own("collections/raw_buffer.rs")),
            ("finish_grow", "/rustc/59807616/library/alloc/src/raw_vec/mod.rs".to_string()),
            ("push", std::format!("/a/project/other{}", own("blocks/stack.rs"))),
        ] {
            assert!(!is_of_allocator(name, &file), "{name} {file}");
        }
    }
}
