//! `Box`, `Rc` and `Arc`.

use std::ffi::{CStr, OsStr};
use std::path::Path;

use janus_alloc::collections::{Arc, Box as BoxIn, CloneIn, CollectIn, FromIn, Rc, String as StringIn, Vec as VecIn};
use janus_alloc::testing::faults::FaultAllocator;
use janus_alloc::{System, vec_in};

use super::Figures;
use super::token::{Token, tokens};

#[test]
fn boxes() {
    let mut figures = Figures::new("Box");
    figures.case(|allocator| {
        let boxed = BoxIn::try_new_in(Token::new(1), allocator)?;
        let clone = BoxIn::try_clone(&boxed)?;
        assert_eq!(boxed, clone);
        let mut uninit = BoxIn::<Token, _>::try_new_uninit_in(allocator)?;
        uninit.write(Token::new(2));
        // SAFETY: written above.
        assert_eq!(unsafe { uninit.assume_init() }.value, 2);
        // SAFETY: zeroes are a number.
        assert_eq!(*unsafe { BoxIn::<u64, _>::try_new_zeroed_in(allocator)?.assume_init() }, 0);
        drop(BoxIn::<[Token], _>::try_new_uninit_slice_in(5, allocator)?);
        drop(BoxIn::<[u64], _>::try_new_zeroed_slice_in(5, allocator)?);
        drop(BoxIn::<str, _>::try_clone_from_ref_in("text", allocator)?);
        let tokens: Vec<Token> = tokens(0, 5).collect();
        drop(BoxIn::<[Token], _>::try_clone_from_ref_in(&tokens[..], allocator)?);
        Ok(())
    });
    figures.case(|allocator| {
        drop(BoxIn::<[Token], _>::try_from_in(&tokens(0, 4).collect::<Vec<_>>()[..], allocator)?);
        drop(BoxIn::<CStr, _>::try_clone_from_ref_in(c"text", allocator)?);
        drop(BoxIn::<Path, _>::try_clone_from_ref_in(Path::new("a/path"), allocator)?);
        drop(BoxIn::<OsStr, _>::try_clone_from_ref_in(OsStr::new("text"), allocator)?);
        let path = BoxIn::<Path, _>::clone_from_ref_in(Path::new("a/path"), System);
        drop::<BoxIn<Path, _>>(path.try_clone_in(allocator)?);
        let slice = BoxIn::<[VecIn<Token, _>], _>::from(vec_in![in System; VecIn::from_iter_in(tokens(0, 2), System)]);
        drop::<BoxIn<[VecIn<Token, _>], _>>(slice.try_clone_in(allocator)?);
        Ok(())
    });
    figures.case(|allocator| {
        drop(tokens(0, 5).try_collect_in::<BoxIn<[Token], &FaultAllocator>>(allocator)?);
        drop(
            tokens(0, 50)
                .filter(|token| token.value % 3 == 0)
                .try_collect_in::<BoxIn<[Token], &FaultAllocator>>(allocator)?,
        );
        drop("text".chars().try_collect_in::<BoxIn<str, &FaultAllocator>>(allocator)?);
        drop(BoxIn::<str, _>::try_from_in("text", allocator)?);
        let nested = BoxIn::new_in(BoxIn::new_in(Token::new(1), System), System);
        let clone: BoxIn<BoxIn<Token, &FaultAllocator>, &FaultAllocator> = nested.try_clone_in(allocator)?;
        assert_eq!(clone.value, 1);
        Ok(())
    });
}

macro_rules! counted {
    ($name:ident, $pointer:ident, $weak:path) => {
        #[test]
        fn $name() {
            use $weak as Weak;

            struct Cyclic<'a> {
                token: Token,
                this: Weak<Self, &'a FaultAllocator>,
            }

            type In<'a, T> = $pointer<T, &'a FaultAllocator>;

            let mut figures = Figures::new(stringify!($pointer));
            figures.case(|allocator| {
                let mut pointer = $pointer::try_new_in(Token::new(1), allocator)?;
                let other = pointer.clone();
                $pointer::try_make_mut(&mut pointer)?.value = 2;
                assert_eq!((pointer.value, other.value), (2, 1));
                let weak = $pointer::downgrade(&pointer);
                // Its only strong pointer: the value moves to a new block.
                $pointer::try_make_mut(&mut pointer)?.value = 3;
                assert!(weak.upgrade().is_none());
                let cyclic =
                    $pointer::try_new_cyclic_in(|weak| Cyclic { token: Token::new(1), this: weak.clone() }, allocator)?;
                assert_eq!(cyclic.this.upgrade().map(|pointer| pointer.token.value), Some(1));
                drop($pointer::<Token, _>::try_new_uninit_in(allocator)?);
                drop($pointer::<u64, _>::try_new_zeroed_in(allocator)?);
                drop($pointer::<[Token], _>::try_new_uninit_slice_in(5, allocator)?);
                drop($pointer::<[u64], _>::try_new_zeroed_slice_in(5, allocator)?);
                Ok(())
            });
            figures.case(|allocator| {
                drop($pointer::<str, _>::try_clone_from_ref_in("text", allocator)?);
                let list: Vec<Token> = tokens(0, 5).collect();
                let mut slice = $pointer::<[Token], _>::try_clone_from_ref_in(&list[..], allocator)?;
                let other = slice.clone();
                $pointer::try_make_mut(&mut slice)?[0].value = 7;
                assert_eq!((slice[0].value, other[0].value), (7, 0));
                let vec = VecIn::try_from_iter_in(tokens(0, 9), allocator)?;
                drop($pointer::try_from_vec(vec)?);
                drop(tokens(0, 50).filter(|token| token.value % 3 == 0).try_collect_in::<In<'_, [Token]>>(allocator)?);
                drop($pointer::<str, _>::try_from_in("text", allocator)?);
                drop($pointer::<[Token], _>::try_from_in(&list[..], allocator)?);
                drop($pointer::<CStr, _>::try_clone_from_ref_in(c"text", allocator)?);
                drop($pointer::<Path, _>::try_clone_from_ref_in(Path::new("a/path"), allocator)?);
                drop($pointer::<OsStr, _>::try_clone_from_ref_in(OsStr::new("text"), allocator)?);
                let nested = $pointer::new_in(VecIn::from_iter_in(tokens(0, 2), System), System);
                let clone: In<'_, VecIn<Token, &FaultAllocator>> = nested.try_clone_in(allocator)?;
                assert_eq!(clone.len(), 2);
                let texts = $pointer::new_in(StringIn::from_in("text", System), System);
                let clone: In<'_, StringIn<&FaultAllocator>> = texts.try_clone_in(allocator)?;
                assert_eq!(&**clone, "text");
                Ok(())
            });
        }
    };
}
counted!(rc, Rc, janus_alloc::collections::rc::Weak);
counted!(arc, Arc, janus_alloc::collections::arc::Weak);
