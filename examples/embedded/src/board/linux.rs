//! Linux on x86-64 as the board: the program starts without C's start files and asks the kernel directly.

use core::arch::{asm, global_asm};
use core::fmt;

/// The result of the program.
pub(crate) enum ExitCode {
    Success = 0,
    Failure = 1,
}

// The kernel starts a program here, with a stack that is aligned to 16 and no return address on it. A call puts one there.
global_asm!(".globl _start", "_start:", "xor ebp, ebp", "call {start}", "ud2", start = sym start);

extern "C" fn start() -> ! {
    let code = crate::run();
    exit(code)
}

/// Never called. The compiled `core` and `alloc` of this target name it, because they can unwind in other programs.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Prints to the standard output.
pub(crate) struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut left = text.as_bytes();
        while !left.is_empty() {
            const WRITE: usize = 1;
            let written: isize;
            // SAFETY: `write(1, text, length)` reads `length` bytes, which are those of a slice, and changes no memory. The kernel keeps
            // all registers but those named here.
            unsafe {
                asm!("syscall", inlateout("rax") WRITE => written, in("rdi") 1, in("rsi") left.as_ptr(), in("rdx") left.len(),
                    lateout("rcx") _, lateout("r11") _, options(nostack, readonly));
            }
            left = usize::try_from(written).ok().and_then(|written| left.get(written..)).ok_or(fmt::Error)?;
        }
        Ok(())
    }
}

/// Ends the program.
pub(crate) fn exit(code: ExitCode) -> ! {
    const EXIT_GROUP: usize = 231;
    // SAFETY: `exit_group(code)` ends the process. It does not return.
    unsafe { asm!("syscall", in("rax") EXIT_GROUP, in("rdi") code as usize, options(noreturn, nostack)) }
}
