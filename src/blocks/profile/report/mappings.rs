//! The executable parts of the program and its libraries in memory.

use std::string::String;
use std::vec::Vec;

/// A mapping of a file.
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) offset: u64,
    pub(super) file: String,
}

/// Returns the mappings, that of the program first. There are none where the system does not tell.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn mappings() -> Vec<Mapping> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mut mappings: Vec<Mapping> = maps.lines().filter_map(parse).collect();
    let program = std::env::current_exe().ok();
    let program = program.as_ref().and_then(|program| program.to_str());
    // A stable sort: all others stay in the order of their addresses.
    mappings.sort_by_key(|mapping| Some(mapping.file.as_str()) != program);
    mappings
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn mappings() -> Vec<Mapping> {
    Vec::new()
}

/// Parses a line such as `55d0c0a1b000-55d0c0a40000 r-xp 00004000 08:01 131 /usr/bin/cat`, if its file may be executed.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn parse(line: &str) -> Option<Mapping> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let may_be_executed = words.next()?.contains('x');
    let offset = words.next()?;
    let file = words.nth(2)?.trim_start();
    if !may_be_executed || file.is_empty() {
        return None;
    }
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some(Mapping { start: number(start)?, end: number(end)?, offset: number(offset)?, file: file.into() })
}
