//! Comparisons of deques with each other, whatever their allocators, and with vectors, slices and arrays.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::VecDeque;
use crate::api::Allocator;
use crate::collections::Vec;

impl<T: PartialEq<U>, U, A: Allocator, B: Allocator> PartialEq<VecDeque<U, B>> for VecDeque<T, A> {
    fn eq(&self, other: &VecDeque<U, B>) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let ((our_front, our_back), (their_front, their_back)) = (self.as_slices(), other.as_slices());
        // The part of the longer front beyond the shorter one is compared with the start of the other back.
        if our_front.len() <= their_front.len() {
            let (their_front, their_middle) = their_front.split_at(our_front.len());
            let (our_middle, our_back) = our_back.split_at(their_middle.len());
            our_front == their_front && our_middle == their_middle && our_back == their_back
        } else {
            let (our_front, our_middle) = our_front.split_at(their_front.len());
            let (their_middle, their_back) = their_back.split_at(our_middle.len());
            our_front == their_front && our_middle == their_middle && our_back == their_back
        }
    }
}

impl<T: Eq, A: Allocator> Eq for VecDeque<T, A> {}

macro_rules! equal {
    ($([$($generics:tt)*] $right:ty;)*) => {
        $(
            impl<T: PartialEq<U>, U, A: Allocator, $($generics)*> PartialEq<$right> for VecDeque<T, A> {
                fn eq(&self, other: &$right) -> bool {
                    if self.len() != other.len() {
                        return false;
                    }
                    let (front, back) = self.as_slices();
                    let (their_front, their_back) = other[..].split_at(front.len());
                    front == their_front && back == their_back
                }
            }
        )*
    };
}
equal! {
    [B: Allocator] Vec<U, B>;
    [] alloc::vec::Vec<U>;
    [] &[U];
    [] &mut [U];
    [const N: usize] [U; N];
    [const N: usize] &[U; N];
    [const N: usize] &mut [U; N];
}

impl<T: PartialOrd, A: Allocator, B: Allocator> PartialOrd<VecDeque<T, B>> for VecDeque<T, A> {
    fn partial_cmp(&self, other: &VecDeque<T, B>) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<T: Ord, A: Allocator> Ord for VecDeque<T, A> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T: Hash, A: Allocator> Hash for VecDeque<T, A> {
    /// Hashes the elements one by one, since equal deques may be split into parts of different lengths.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.length);
        self.iter().for_each(|element| element.hash(state));
    }
}
