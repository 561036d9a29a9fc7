//! A Cortex-M board. cortex-m-rt has the vector table and prepares the memory; a debugger, or qemu, prints and ends the program.

use core::fmt;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hio};

/// The result of the program.
pub(crate) enum ExitCode {
    Success,
    Failure,
}

#[entry]
fn start() -> ! {
    let code = crate::run();
    exit(code)
}

/// Prints to the console of the debugger.
pub(crate) struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut stdout = hio::hstdout().map_err(|()| fmt::Error)?;
        stdout.write_all(text.as_bytes()).map_err(|()| fmt::Error)
    }
}

/// Ends the program, if a debugger is there to end it.
pub(crate) fn exit(code: ExitCode) -> ! {
    debug::exit(match code {
        ExitCode::Success => debug::EXIT_SUCCESS,
        ExitCode::Failure => debug::EXIT_FAILURE,
    });
    loop {
        core::hint::spin_loop();
    }
}
