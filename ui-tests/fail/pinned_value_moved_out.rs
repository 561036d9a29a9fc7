//! A pinned value that is not `Unpin` cannot be moved out, whatever the type of the pinned pointer.
use std::marker::PhantomPinned;
use std::pin::Pin;

use janus_alloc::System;
use janus_alloc::collections::{Arc, Box, Rc};

fn main() {
    let mut boxed = Box::pin_in(PhantomPinned, System);
    let _ = boxed.as_mut().get_mut();
    let _ = Box::into_inner(Pin::into_inner(boxed));
    let _ = Rc::try_unwrap(Pin::into_inner(Rc::pin_in(PhantomPinned, System)));
    let _ = Arc::try_unwrap(Pin::into_inner(Arc::pin_in(PhantomPinned, System)));
}
