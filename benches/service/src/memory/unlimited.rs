use janus_alloc::Global;

use super::{Memory, Work};
use crate::Route;

/// The default alone: each collection asks it, and frees what it has.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl Memory for Unlimited {
    const ENDS_AT_ONCE: bool = false;
    type Arena = Global;
    type Responses = Global;

    fn arena(&self, _: Route) -> Global {
        Global
    }

    fn work<W: Work>(_: &Global, work: W) -> W::Output {
        work.run(Global)
    }

    fn responses(&self) -> Global {
        Global
    }
}
