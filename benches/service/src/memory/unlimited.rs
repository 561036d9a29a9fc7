use janus_alloc::Global;

use super::Memory;
use crate::Route;

/// The default alone: each collection asks it, and frees what it has.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl Memory for Unlimited {
    type Arena = Global;
    type Handle<'r> = Global;
    type Responses = Global;

    fn arena(&self, _: Route) -> Global {
        Global
    }

    fn handle(_: &Global) -> Global {
        Global
    }

    fn responses(&self) -> Global {
        Global
    }
}
