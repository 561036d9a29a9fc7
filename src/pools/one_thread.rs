/// What nothing is: it makes the compiler say why a pool is not `Sync`.
#[diagnostic::on_unimplemented(
    message = "this pool serves one thread, and cannot be shared between threads",
    label = "shared between threads here",
    note = "take a `SharedPool`, or a pool for each thread: it can be moved to one",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait SharedByThreads {}
