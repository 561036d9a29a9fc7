//! The guard of a tag cannot be sent to another thread.
use janus_alloc::tag;

fn main() {
    let guard = tag("request");
    std::thread::spawn(move || drop(guard));
}
