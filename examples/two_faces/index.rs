//! The index: where each word occurs.

use janus_alloc::api::Allocator;
use janus_alloc::collections::hash_map::EntryRef;
use janus_alloc::collections::{Box, DefaultHashBuilder, HashMap, Vec};

use crate::texts::Text;

/// From each word to the texts it occurs in. All of it lives in `A`: the table, the words and the postings.
pub(crate) struct Index<A: Allocator + Copy> {
    words: HashMap<Word<A>, Postings<A>, DefaultHashBuilder, A>,
}

/// The bytes of a word. The index outlives the texts if it has to, so it keeps words of its own.
type Word<A> = Box<[u8], A>;
/// One for each text, in the order of the texts.
type Postings<A> = Vec<Posting, A>;

struct Posting {
    text: usize,
    occurrences: usize,
}

/// A line of the table of words.
pub(crate) struct Frequent<'i> {
    pub(crate) word: &'i str,
    pub(crate) occurrences: usize,
    pub(crate) texts: usize,
}

/// How much an index says. Two of the same texts say the same.
pub(crate) struct Extent {
    pub(crate) words: usize,
    pub(crate) postings: usize,
    pub(crate) occurrences: usize,
}

impl<A: Allocator + Copy> Index<A> {
    /// Takes words as runs of letters and digits.
    pub(crate) fn build(texts: &[Text], allocator: A) -> Self {
        let mut index = Self { words: HashMap::new_in(allocator) };
        for (text, content) in texts.iter().enumerate() {
            for word in content.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
                let postings = match index.words.entry_ref(word.as_bytes()) {
                    EntryRef::Occupied(entry) => entry.into_mut(),
                    EntryRef::Vacant(entry) => {
                        let mut key = Vec::with_capacity_in(word.len(), allocator);
                        key.extend_from_slice(word.as_bytes());
                        entry.insert_with_key(key.into(), Vec::new_in(allocator))
                    }
                };
                match postings.last_mut() {
                    Some(posting) if posting.text == text => posting.occurrences += 1,
                    _ => postings.push(Posting { text, occurrences: 1 }),
                }
            }
        }
        index
    }

    pub(crate) fn extent(&self) -> Extent {
        Extent {
            words: self.words.len(),
            postings: self.words.values().map(Vec::len).sum(),
            occurrences: self.words.values().map(occurrences).sum(),
        }
    }

    /// The bytes the index has asked of its allocator and still holds.
    pub(crate) fn bytes(&self) -> usize {
        let entry =
            |(word, postings): (&Word<A>, &Postings<A>)| word.len() + postings.capacity() * size_of::<Posting>();
        self.words.allocation_size() + self.words.iter().map(entry).sum::<usize>()
    }

    /// The blocks those bytes are in: the table, and two for each word.
    pub(crate) fn blocks(&self) -> usize {
        if self.words.is_empty() { 0 } else { 1 + 2 * self.words.len() }
    }

    /// The `count` words that occur most often, in a list that lives where the index does.
    pub(crate) fn most_frequent(&self, count: usize) -> Vec<Frequent<'_>, A> {
        let mut list = Vec::with_capacity_in(self.words.len(), *self.words.allocator());
        list.extend(self.words.iter().map(|(word, postings)| Frequent {
            word: std::str::from_utf8(word).expect("a word is cut out of a `str`"),
            occurrences: occurrences(postings),
            texts: postings.len(),
        }));
        // Among equals by the alphabet, so that two runs print the same.
        list.sort_unstable_by(|a, b| b.occurrences.cmp(&a.occurrences).then_with(|| a.word.cmp(b.word)));
        list.truncate(count);
        list
    }
}

fn occurrences<A: Allocator>(postings: &Postings<A>) -> usize {
    postings.iter().map(|posting| posting.occurrences).sum()
}
