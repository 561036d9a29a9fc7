//! The names of addresses.

use core::ops::Range;
use core::ptr;
use std::collections::HashMap;
use std::string::{String, ToString};
use std::vec::Vec;

use super::mappings::{Mapping, mappings};

/// A function at an address: the function that contains it, or one that was inlined there.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// The name in the symbol table, which may be mangled.
    pub(super) symbol: String,
    pub(super) file: Option<String>,
    pub(super) line: u32,
    pub(super) column: u32,
}

#[derive(Debug, Default)]
pub(super) struct Symbols {
    functions: Vec<Function>,
    /// The functions at each address, from the innermost on: at least one.
    by_address: HashMap<usize, Range<usize>>,
}

impl Symbols {
    /// Looks up the names of `addresses`.
    pub(super) fn of(addresses: impl Iterator<Item = usize>) -> Self {
        let mut symbols = Self::default();
        let mut addresses: Vec<usize> = addresses.collect();
        addresses.sort_unstable();
        addresses.dedup();
        let mappings = mappings();
        addresses.into_iter().for_each(|address| symbols.add(address, &mappings));
        symbols
    }

    fn add(&mut self, address: usize, mappings: &[Mapping]) {
        let unknown = || unknown(address, mappings);
        let start = self.functions.len();
        // It looks up the address before this one, within the call.
        backtrace::resolve(ptr::without_provenance_mut(address), |symbol| {
            let names = symbol.name().map(|name| {
                let symbol = name.as_str().map_or_else(|| std::format!("{name}"), ToString::to_string);
                (std::format!("{name:#}"), symbol)
            });
            let (name, symbol_name) = names.unwrap_or_else(|| (unknown(), unknown()));
            self.functions.push(Function {
                name,
                symbol: symbol_name,
                file: symbol.filename().map(|file| file.display().to_string()),
                line: symbol.lineno().unwrap_or(0),
                column: symbol.colno().unwrap_or(0),
            });
        });
        if self.functions.len() == start {
            let (name, symbol) = (unknown(), unknown());
            self.functions.push(Function { name, symbol, file: None, line: 0, column: 0 });
        }
        self.by_address.insert(address, start..self.functions.len());
    }

    /// Returns the functions at `address`, from the innermost on.
    pub(super) fn at(&self, address: usize) -> &[Function] {
        let range = self.by_address.get(&address).cloned();
        range.and_then(|range| self.functions.get(range)).unwrap_or_default()
    }
}

/// Returns a name for a function without one: the file and the place in it, or else the address.
fn unknown(address: usize, mappings: &[Mapping]) -> String {
    let address = address as u64;
    let Some(mapping) = mappings.iter().find(|mapping| (mapping.start..mapping.end).contains(&address)) else {
        return std::format!("{address:#x}");
    };
    let file = mapping.file.rsplit('/').next().unwrap_or_default();
    std::format!("{file}+{:#x}", address - mapping.start + mapping.offset)
}
