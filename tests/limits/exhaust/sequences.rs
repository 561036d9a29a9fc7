//! `Vec`, `VecDeque`, `BinaryHeap` and `LinkedList`.

use janus_alloc::System;
use janus_alloc::collections::{
    BinaryHeap, Box as BoxIn, CloneIn, CollectIn, FromIn, IntoIn, LinkedList, Vec as VecIn, VecDeque,
};
use janus_alloc::testing::faults::FaultAllocator;
use janus_alloc::{try_vec_in, vec_in};

use super::Figures;
use super::token::{Token, tokens};

type Tokens<'a> = VecIn<Token, &'a FaultAllocator>;
type Deque<'a> = VecDeque<Token, &'a FaultAllocator>;
type Heap<'a> = BinaryHeap<Token, &'a FaultAllocator>;
type List<'a> = LinkedList<Token, &'a FaultAllocator>;

/// An iterator that does not say how many come.
fn unsized_tokens(count: u32) -> impl Iterator<Item = Token> {
    tokens(0, count).filter(|_| true)
}

#[test]
fn vec() {
    let mut figures = Figures::new("Vec");
    figures.case(|allocator| {
        let mut vec: Tokens = VecIn::new_in(allocator);
        for n in 0..40 {
            vec.try_push(Token::new(n))?;
        }
        vec.try_push_mut(Token::new(40))?.value = 41;
        vec.try_insert(7, Token::new(7))?;
        vec.try_reserve_exact(22)?;
        vec.try_insert_mut(3, Token::new(3))?.value = 4;
        vec.try_shrink_to(100)?;
        vec.truncate(10);
        vec.try_shrink_to(20)?;
        vec.try_shrink_to_fit()?;
        Ok(())
    });
    figures.case(|allocator| {
        let mut vec: Tokens = VecIn::try_with_capacity_in(2, allocator)?;
        vec.try_extend(tokens(0, 9))?;
        vec.try_extend(unsized_tokens(9))?;
        vec.try_reserve(30)?;
        vec.try_extend_from_slice(&std::array::from_fn::<_, 50, _>(|n| Token::new(n as u32)))?;
        vec.try_extend_from_within(3..60)?;
        vec.try_resize(200, Token::new(1))?;
        vec.try_resize_with(300, Token::default)?;
        let mut other = vec.try_split_off(100)?;
        vec.try_append(&mut other)?;
        let mut clone = vec.try_clone()?;
        clone.truncate(1);
        clone.try_shrink_to_fit()?;
        clone.try_clone_from(&vec)?;
        assert_eq!(clone, vec);
        Ok(())
    });
    figures.case(|allocator| {
        let mut vec: Tokens = VecIn::try_from_iter_in(tokens(0, 10), allocator)?;
        vec.splice(2..5, unsized_tokens(40)).try_finish()?;
        vec.splice(2.., tokens(0, 100)).try_finish()?;
        let boxed = vec.try_into_boxed_slice()?;
        let cloned: BoxIn<[Token], _> = boxed.try_clone_in(allocator)?;
        assert_eq!(boxed, cloned);
        Ok(())
    });
    figures.case(|allocator| {
        drop(try_vec_in![in allocator; Token::new(1), Token::new(2)]?);
        drop(try_vec_in![in allocator; Token::new(1); 9]?);
        drop(try_vec_in![in allocator; 0_u64; 9]?);
        drop(VecIn::<u64, _>::try_zeroed_in(9, allocator)?);
        drop(tokens(0, 5).try_collect_in::<Tokens>(allocator)?);
        drop(unsized_tokens(50).try_collect_in::<Tokens>(allocator)?);
        drop(VecIn::try_from_in("text", allocator)?);
        drop(VecIn::try_from_in(tokens(0, 5).collect::<Vec<_>>(), allocator)?);
        drop([Token::new(1)].try_into_in::<Tokens>(allocator)?);
        let results = (0..20).map(|n| if n < 18 { Ok(Token::new(n)) } else { Err(n) });
        assert_eq!(results.try_collect_in::<Result<Tokens, u32>>(allocator)?.unwrap_err(), 18);
        let options = (0..20).map(|n| Some(Token::new(n)));
        assert!(options.try_collect_in::<Option<Tokens>>(allocator)?.is_some());
        Ok(())
    });
    // Nested: what was cloned before the failure is dropped and freed.
    figures.case(|allocator| {
        let nested = vec_in![in System; VecIn::from_iter_in(tokens(0, 3), System), VecIn::new_in(System), VecIn::from_iter_in(tokens(0, 9), System)];
        let cloned: VecIn<Tokens, &FaultAllocator> = nested.try_clone_in(allocator)?;
        assert_eq!(cloned[2].len(), 9);
        Ok(())
    });
}

#[test]
fn vec_deque() {
    let mut figures = Figures::new("VecDeque");
    figures.case(|allocator| {
        let mut deque: Deque = VecDeque::new_in(allocator);
        for n in 0..20 {
            deque.try_push_back(Token::new(n))?;
            deque.try_push_front(Token::new(n))?;
        }
        deque.try_push_back_mut(Token::new(1))?.value = 2;
        deque.try_push_front_mut(Token::new(1))?.value = 2;
        deque.try_insert(9, Token::new(9))?;
        deque.try_reserve_exact(40)?;
        deque.try_insert_mut(3, Token::new(3))?.value = 4;
        deque.try_reserve(100)?;
        deque.truncate(9);
        deque.rotate_left(4);
        deque.try_shrink_to(20)?;
        deque.try_shrink_to_fit()?;
        Ok(())
    });
    figures.case(|allocator| {
        let mut deque: Deque = VecDeque::try_with_capacity_in(3, allocator)?;
        deque.try_push_front(Token::new(1))?;
        deque.try_extend(tokens(0, 9))?;
        deque.try_extend(unsized_tokens(40))?;
        deque.try_resize(100, Token::new(7))?;
        deque.try_resize_with(150, Token::default)?;
        let mut other = deque.try_split_off(20)?;
        other.rotate_left(7);
        deque.try_append(&mut other)?;
        let mut clone = deque.try_clone()?;
        clone.truncate(1);
        clone.try_shrink_to_fit()?;
        clone.try_clone_from(&deque)?;
        assert_eq!(clone, deque);
        Ok(())
    });
    figures.case(|allocator| {
        drop(VecDeque::try_from_iter_in(unsized_tokens(9), allocator)?);
        drop(tokens(0, 9).try_collect_in::<Deque>(allocator)?);
        drop(VecDeque::try_from_in([Token::new(1)], allocator)?);
        drop(VecDeque::try_from_in(tokens(0, 5).collect::<std::collections::VecDeque<_>>(), allocator)?);
        let in_system = VecDeque::from_iter_in(tokens(0, 5), System);
        let clone: Deque = in_system.try_clone_in(allocator)?;
        drop(VecDeque::try_from_in(in_system, allocator)?);
        drop(clone);
        drop(VecDeque::try_from_in(VecIn::from_iter_in(tokens(0, 5), System), allocator)?);
        Ok(())
    });
}

#[test]
fn binary_heap() {
    let mut figures = Figures::new("BinaryHeap");
    figures.case(|allocator| {
        let mut heap: Heap = BinaryHeap::try_with_capacity_in(2, allocator)?;
        for n in 0..20 {
            heap.try_push(Token::new(n * 7 % 11))?;
        }
        heap.try_extend(tokens(0, 30))?;
        heap.try_extend(unsized_tokens(50))?;
        heap.try_reserve(100)?;
        heap.try_reserve_exact(300)?;
        heap.try_shrink_to(150)?;
        heap.try_shrink_to_fit()?;
        let mut clone = heap.try_clone()?;
        let mut other = BinaryHeap::try_from_iter_in(tokens(0, 3), allocator)?;
        clone.try_append(&mut other)?;
        other.try_clone_from(&clone)?;
        assert_eq!(other.into_sorted_vec(), clone.into_sorted_vec());
        Ok(())
    });
    figures.case(|allocator| {
        drop(unsized_tokens(9).try_collect_in::<Heap>(allocator)?);
        drop(BinaryHeap::try_from_in([Token::new(1), Token::new(2)], allocator)?);
        let in_system = BinaryHeap::from_iter_in(tokens(0, 9), System);
        let clone: Heap = in_system.try_clone_in(allocator)?;
        assert_eq!(clone.len(), 9);
        Ok(())
    });
}

#[test]
fn linked_list() {
    let mut figures = Figures::new("LinkedList");
    figures.case(|allocator| {
        let mut list: List = LinkedList::new_in(allocator);
        for n in 0..5 {
            list.try_push_back(Token::new(n))?;
            list.try_push_front(Token::new(n))?;
        }
        list.try_push_back_mut(Token::new(1))?.value = 2;
        list.try_push_front_mut(Token::new(1))?.value = 2;
        list.try_extend(tokens(0, 5))?;
        let mut clone = list.try_clone()?;
        clone.try_clone_from(&LinkedList::from_iter_in(tokens(0, 30), System))?;
        list.try_append(&mut clone)?;
        assert_eq!((list.len(), clone.len()), (47, 0));
        Ok(())
    });
    figures.case(|allocator| {
        drop(LinkedList::try_from_iter_in(tokens(0, 4), allocator)?);
        drop(tokens(0, 4).try_collect_in::<List>(allocator)?);
        drop(LinkedList::try_from_in([Token::new(1), Token::new(2)], allocator)?);
        drop(LinkedList::try_from_in(tokens(0, 4).collect::<std::collections::LinkedList<_>>(), allocator)?);
        let in_system = LinkedList::from_iter_in(tokens(0, 4), System);
        let clone: List = in_system.try_clone_in(allocator)?;
        drop(LinkedList::try_from_in(in_system, allocator)?);
        drop(clone);
        Ok(())
    });
}
