pub(crate) mod number;
#[path = "../../src/threads/numbers.rs"]
pub(crate) mod numbers;
#[path = "../../src/threads/slots.rs"]
pub(crate) mod slots;
