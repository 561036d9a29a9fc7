//! Workloads of deques and heaps, with std's types and with ours, both with the system allocator.

use std::hint::black_box;

use super::beside_std::{Operation, numbers, turns_of_elements as turns};

/// The operations that take quadratic time, and so are not run on the longest deques.
pub const NOT_LONGEST: [&str; 2] = ["insert in the middle", "remove from the middle"];

/// The operations on the collections that the functions of the module `$made` return.
macro_rules! operations {
    ($module:ident, $made:ident) => {
        mod $module {
            use super::$made::{Heap, deque, heap, vec};
            use super::{black_box, numbers, turns};

            /// Returns a deque of `$numbers`, the first half at the end of the buffer.
            macro_rules! wrapped {
                ($numbers:expr) => {{
                    let numbers = $numbers;
                    let mut deque = deque::<u64>(numbers.len());
                    let (left, right) = numbers.split_at(numbers.len() / 2);
                    deque.extend(right);
                    for n in left.iter().rev() {
                        deque.push_front(*n);
                    }
                    deque
                }};
            }

            pub(super) fn push_back(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut deque = deque::<u64>(0);
                    for n in 0..size {
                        deque.push_back(black_box(n as u64));
                    }
                    black_box(&deque);
                });
            }

            pub(super) fn push_front(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut deque = deque::<u64>(0);
                    for n in 0..size {
                        deque.push_front(black_box(n as u64));
                    }
                    black_box(&deque);
                });
            }

            pub(super) fn push_back_reserved(count: usize, size: usize) {
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.clear();
                    for n in 0..size {
                        deque.push_back(black_box(n as u64));
                    }
                    black_box(&mut deque);
                });
            }

            pub(super) fn pop_front(count: usize, size: usize) {
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.resize(size, 7);
                    black_box(&mut deque);
                    while let Some(n) = deque.pop_front() {
                        black_box(n);
                    }
                });
            }

            pub(super) fn pop_back(count: usize, size: usize) {
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.resize(size, 7);
                    black_box(&mut deque);
                    while let Some(n) = deque.pop_back() {
                        black_box(n);
                    }
                });
            }

            pub(super) fn queue(count: usize, size: usize) {
                let mut deque = deque::<u64>(16);
                deque.extend(0..10);
                turns(count, size, |size| {
                    for n in 0..size {
                        deque.push_back(n as u64);
                        black_box(deque.pop_front());
                    }
                });
            }

            pub(super) fn extend_range(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut deque = deque::<u64>(0);
                    deque.extend(0..size as u64);
                    black_box(&mut deque);
                });
            }

            pub(super) fn extend_references(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.clear();
                    deque.extend(&numbers[..size]);
                    black_box(&mut deque);
                });
            }

            pub(super) fn extend_map(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.clear();
                    deque.extend(numbers[..size].iter().map(|n| n * 3));
                    black_box(&mut deque);
                });
            }

            pub(super) fn extend_around(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = wrapped!(&numbers);
                turns(count, size, |size| {
                    let most = size / 4 * 3;
                    deque.drain(..most);
                    deque.extend(numbers[..most].iter().map(|n| n * 3));
                    black_box(&mut deque);
                });
            }

            pub(super) fn drain_front(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = wrapped!(&numbers);
                turns(count, size, |size| {
                    for n in 0..size as u64 / 10 {
                        deque.drain(..black_box(10));
                        deque.extend([n; 10]);
                    }
                    black_box(&mut deque);
                });
            }

            pub(super) fn extend_filter(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    let mut deque = deque::<u64>(0);
                    deque.extend(numbers[..size].iter().copied().filter(|n| n % 4 != 0));
                    black_box(&mut deque);
                });
            }

            pub(super) fn extend_vec(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.clear();
                    deque.extend(black_box(vec(&numbers[..size])));
                    black_box(&mut deque);
                });
            }

            pub(super) fn insert(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut deque = deque::<u64>(0);
                    for n in 0..size {
                        deque.insert(n / 2, n as u64);
                    }
                    black_box(&mut deque);
                });
            }

            pub(super) fn remove(count: usize, size: usize) {
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.resize(size, 7);
                    for n in (0..size).rev() {
                        black_box(deque.remove(n / 2));
                    }
                    black_box(&mut deque);
                });
            }

            pub(super) fn iterate(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    for n in black_box(&deque) {
                        black_box(*n);
                    }
                });
            }

            pub(super) fn iterate_mut(count: usize, size: usize) {
                let mut deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    for n in black_box(&mut deque) {
                        *n = n.wrapping_add(1);
                    }
                });
            }

            pub(super) fn sum(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    black_box(black_box(&deque).iter().sum::<u64>());
                });
            }

            pub(super) fn index(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |size| {
                    let deque = black_box(&deque);
                    for index in 0..size {
                        black_box(deque[index]);
                    }
                });
            }

            pub(super) fn into_iter(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    for n in black_box(deque.clone()) {
                        black_box(n);
                    }
                });
            }

            pub(super) fn into_iter_sum(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    black_box(black_box(deque.clone()).into_iter().sum::<u64>());
                });
            }

            pub(super) fn drain(count: usize, size: usize) {
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.resize(size, 7);
                    black_box(&mut deque);
                    for n in deque.drain(size / 4..size - size / 4) {
                        black_box(n);
                    }
                    black_box(&mut deque);
                });
            }

            pub(super) fn retain(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut deque = deque::<u64>(size);
                turns(count, size, |size| {
                    deque.clear();
                    deque.extend(&numbers[..size]);
                    deque.retain(|n| n % 4 != 0);
                    black_box(&mut deque);
                });
            }

            pub(super) fn sort(count: usize, size: usize) {
                let wrapped = wrapped!(&numbers(size));
                let mut deque = wrapped.clone();
                turns(count, size, |size| {
                    deque.clone_from(&wrapped);
                    deque.rotate_left(size / 3);
                    deque.make_contiguous().sort_unstable();
                    black_box(&mut deque);
                });
            }

            pub(super) fn make_contiguous(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    let mut deque = wrapped!(&numbers[..size]);
                    black_box(&mut deque);
                    black_box(deque.make_contiguous());
                });
            }

            pub(super) fn rotate(count: usize, size: usize) {
                let mut deque = wrapped!(&numbers(size));
                turns(count, size, |size| {
                    black_box(&mut deque).rotate_left(size / 3);
                });
            }

            pub(super) fn clone(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                turns(count, size, |_| {
                    black_box(black_box(&deque).clone());
                });
            }

            pub(super) fn clone_texts(count: usize, size: usize) {
                let mut deque = deque::<String>(size);
                deque.extend(numbers(size).iter().map(u64::to_string));
                turns(count, size, |_| {
                    black_box(black_box(&deque).clone());
                });
            }

            pub(super) fn compare(count: usize, size: usize) {
                let deque = wrapped!(&numbers(size));
                let mut other = deque.clone();
                other.make_contiguous();
                turns(count, size, |_| {
                    black_box(black_box(&deque) == black_box(&other));
                });
            }

            pub(super) fn build_and_drop(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut deque = deque::<Box<u64>>(0);
                    for n in 0..size {
                        deque.push_back(Box::new(n as u64));
                    }
                    drop(black_box(deque));
                });
            }

            pub(super) fn heap_push(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    let mut heap = heap(0);
                    for n in &numbers[..size] {
                        heap.push(*n);
                    }
                    black_box(&mut heap);
                });
            }

            pub(super) fn heap_push_ascending(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut heap = heap(0);
                    for n in 0..size {
                        heap.push(n as u64);
                    }
                    black_box(&mut heap);
                });
            }

            pub(super) fn heap_pop(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    let mut heap = heap(size);
                    heap.extend(&numbers[..size]);
                    while let Some(n) = heap.pop() {
                        black_box(n);
                    }
                });
            }

            pub(super) fn heap_sort(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    let mut heap = heap(size);
                    heap.extend(&numbers[..size]);
                    black_box(black_box(heap).into_sorted_vec());
                });
            }

            pub(super) fn heap_from_vec(count: usize, size: usize) {
                let numbers = numbers(size);
                turns(count, size, |size| {
                    black_box(Heap::from(vec(&numbers[..size])));
                });
            }

            pub(super) fn heap_peek_mut(count: usize, size: usize) {
                let numbers = numbers(size);
                let mut heap = heap(size);
                heap.extend(&numbers);
                turns(count, size, |size| {
                    for n in &numbers[..size] {
                        *heap.peek_mut().unwrap() = *n;
                    }
                });
            }
        }
    };
}

mod made_by_std {
    pub(super) type Heap = std::collections::BinaryHeap<u64>;

    #[inline]
    pub(super) fn deque<T>(capacity: usize) -> std::collections::VecDeque<T> {
        std::collections::VecDeque::with_capacity(capacity)
    }

    #[inline]
    pub(super) fn heap(capacity: usize) -> Heap {
        Heap::with_capacity(capacity)
    }

    #[inline]
    pub(super) fn vec(numbers: &[u64]) -> Vec<u64> {
        numbers.to_vec()
    }
}

mod made_by_us {
    use janus_alloc::{System, collections};

    pub(super) type Heap = collections::BinaryHeap<u64, System>;

    #[inline]
    pub(super) fn deque<T>(capacity: usize) -> collections::VecDeque<T, System> {
        collections::VecDeque::with_capacity_in(capacity, System)
    }

    #[inline]
    pub(super) fn heap(capacity: usize) -> Heap {
        Heap::with_capacity_in(capacity, System)
    }

    #[inline]
    pub(super) fn vec(numbers: &[u64]) -> collections::Vec<u64, System> {
        collections::FromIn::from_in(numbers, System)
    }
}

operations!(in_std, made_by_std);
operations!(in_ours, made_by_us);

macro_rules! rows {
    ($($name:literal: $operation:ident),* $(,)?) => {
        /// The rows of the table. Those of heaps begin with `heap`.
        pub const OPERATIONS: &[Operation] = &[
            $(Operation { name: $name, std: in_std::$operation, ours: in_ours::$operation },)*
        ];
    };
}
rows! {
    "push_back": push_back,
    "push_back, reserved": push_back_reserved,
    "push_front": push_front,
    "pop_front": pop_front,
    "pop_back": pop_back,
    "push_back and pop_front": queue,
    "extend, range": extend_range,
    "extend, references": extend_references,
    "extend, map": extend_map,
    "extend, around the end": extend_around,
    "extend and drain, by ten": drain_front,
    "extend, filter": extend_filter,
    "extend, vector": extend_vec,
    "insert in the middle": insert,
    "remove from the middle": remove,
    "iterate": iterate,
    "iterate, mutably": iterate_mut,
    "sum": sum,
    "index": index,
    "into_iter": into_iter,
    "into_iter, sum": into_iter_sum,
    "drain": drain,
    "retain": retain,
    "sort": sort,
    "make_contiguous": make_contiguous,
    "rotate": rotate,
    "clone": clone,
    "clone, texts": clone_texts,
    "compare": compare,
    "push and drop boxes": build_and_drop,
    "heap, push": heap_push,
    "heap, push ascending": heap_push_ascending,
    "heap, pop": heap_pop,
    "heap, into_sorted_vec": heap_sort,
    "heap, from a vector": heap_from_vec,
    "heap, peek_mut": heap_peek_mut,
}
