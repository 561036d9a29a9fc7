//! Elements that are dropped once each.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use janus_alloc::collections::{CloneIn, TryReserveError};

thread_local! {
    /// The elements of this thread that live.
    static LIVE: RefCell<HashSet<u64>> = RefCell::default();
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// An element with a value. It panics if it is dropped twice.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) value: u32,
    id: u64,
}

impl Token {
    pub(super) fn new(value: u32) -> Self {
        let id = NEXT.replace(NEXT.get() + 1);
        LIVE.with_borrow_mut(|live| live.insert(id));
        Self { value, id }
    }

    /// How many of this thread live.
    pub(super) fn live() -> usize {
        LIVE.with_borrow(HashSet::len)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let was_live = LIVE.with_borrow_mut(|live| live.remove(&self.id));
        assert!(was_live, "{} is dropped twice", self.value);
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        Self::new(self.value)
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<A> CloneIn<A> for Token {
    type Cloned = Self;

    fn try_clone_in(&self, _: A) -> Result<Self, TryReserveError> {
        Ok(self.clone())
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Token {}

impl PartialOrd for Token {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Token {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// `count` elements from `first` on.
pub(super) fn tokens(first: u32, count: u32) -> impl ExactSizeIterator<Item = Token> + Clone {
    (first..first + count).map(Token::new)
}
