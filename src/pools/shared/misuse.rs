//! The end of the process with a message, for errors of the program that are found where nothing may allocate.

use core::fmt::{self, Write};

use crate::api::Layout;
use crate::sync::fatal;

/// A fault in a request to free a block, or for the layout of one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Misuse {
    /// The block is free.
    Twice,
    /// The block was already free when it was freed some time ago, which was not noticed then.
    TwiceBefore,
    /// The block has another layout: one of a class, or of a run, of this size.
    WrongSize { size: usize },
    /// The block has this layout.
    WrongLayout(Layout),
    /// The pool has no block there.
    Foreign,
    /// The pointer points into a block, not to the start of one.
    InsideBlock,
}

/// Prints a message about `misuse` of `block`, and of `layout` if the caller passed one, and aborts.
#[cold]
#[inline(never)]
pub(super) fn abort(misuse: Misuse, block: *mut u8, layout: Option<Layout>) -> ! {
    let mut message = Message { text: [0; 256], length: 0 };
    // A write that does not fit is truncated.
    let _ = write!(message, "janus-alloc: SharedPool: {block:p} was given back ");
    let _ = match (layout, misuse) {
        (Some(layout), _) => write!(message, "with size {} and align {}, ", layout.size(), layout.align()),
        (None, Misuse::TwiceBefore) => message.write_str("some time ago (`Options::checked` finds it at once), "),
        (None, _) => message.write_str("or asked about, without a layout, "),
    };
    let _ = match misuse {
        Misuse::Foreign if layout.is_none() => {
            write!(message, "but this pool has no block there: it was given back already, or is another allocator's")
        }
        Misuse::InsideBlock => {
            write!(message, "but no block of this pool starts there: give back the pointer that was allocated")
        }
        Misuse::Twice | Misuse::TwiceBefore => {
            write!(message, "but it is free: it was given back twice, or is no block")
        }
        Misuse::WrongSize { size } => {
            write!(message, "but the block there has {size} bytes: use the layout it was allocated with")
        }
        Misuse::WrongLayout(layout) => {
            let (size, align) = (layout.size(), layout.align());
            write!(
                message,
                "but the block there is one of size {size} and align {align}: use the layout it was allocated with"
            )
        }
        Misuse::Foreign => {
            write!(message, "but this pool has no block there: give it back to the allocator it came from")
        }
    };
    let _ = message.write_str("\n");
    fatal::abort_with(&message.text[..message.length])
}

struct Message {
    text: [u8; 256],
    length: usize,
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.text[self.length..];
        let length = text.len().min(room.len());
        room[..length].copy_from_slice(&text.as_bytes()[..length]);
        self.length += length;
        Ok(())
    }
}
