//! The default may refer to an allocator in another static, which may itself be shared.
use janus_alloc::{AsGlobal, Malloc, Stats};

static COUNTED: Stats<Malloc> = Stats::new(Malloc);
static SHARED: AsGlobal<&'static Stats<Malloc>> = AsGlobal::new(&COUNTED);

#[global_allocator]
static DEFAULT: AsGlobal<Stats<&'static AsGlobal<&'static Stats<Malloc>>>> = AsGlobal::new(Stats::new(&SHARED));

fn main() {
    let boxed = Box::new(1);
    assert_eq!(COUNTED.snapshot().live_blocks(), DEFAULT.snapshot().live_blocks());
    drop(boxed);
}
