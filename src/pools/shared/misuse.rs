//! Ends the process with a message: for what can only be an error of the program's, found where nothing may allocate.

use core::fmt::{self, Write};

use crate::api::Layout;
use crate::sync::fatal;

/// What was given back, and should not have been.
#[derive(Clone, Copy, Debug)]
pub(super) enum Misuse {
    /// It is free already.
    Twice,
    /// It was free already when it was given back, which was not noticed then.
    TwiceBefore,
    /// It is of another layout: of a class, or slices, with so many bytes.
    Layout { size: usize },
    /// It is of another layout, which is known.
    Asked(Layout),
    /// It is no block of the pool.
    Foreign,
    /// It is inside of a block.
    Inside,
}

/// Prints what was wrong with giving back `block`, with `layout` if that is known exactly, and aborts.
#[cold]
#[inline(never)]
pub(super) fn abort(misuse: Misuse, block: *mut u8, layout: Option<Layout>) -> ! {
    let mut message = Message { text: [0; 256], length: 0 };
    // What does not fit is cut.
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
        Misuse::Inside => {
            write!(message, "but no block of this pool starts there: give back the pointer that was allocated")
        }
        Misuse::Twice | Misuse::TwiceBefore => {
            write!(message, "but it is free: it was given back twice, or is no block")
        }
        Misuse::Layout { size } => {
            write!(message, "but the block there has {size} bytes: use the layout it was allocated with")
        }
        Misuse::Asked(layout) => {
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
    fatal::end(&message.text[..message.length])
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
