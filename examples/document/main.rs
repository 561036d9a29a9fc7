//! Parsed documents that own their memory: `cargo run --release --features serde --example document`.
//!
//! A structure without a lifetime can be stored, returned, put into a queue, and dropped in another thread. Its collections own the
//! arena in one of four ways, which differ in the threads they allow and in the memory they take. The program parses JSON into
//! each, moves it where it may go, and prints what it took. `document.rs` has the structures; `../json/value.rs` has the JSON
//! value, which is the same for all allocators.

mod document;
#[path = "../json/value.rs"]
mod value;

use std::fmt::Write;
use std::sync::mpsc;
use std::thread;

use janus_alloc::collections::{Arc, Rc};
use janus_alloc::{Arena, Stats, SyncArena, System, TaskArena};

use document::{Document, LineStarts};

/// Counts the chunks that all arenas of the program take, to show that they are given back.
static CHUNKS: Stats<System> = Stats::new(System);
pub(crate) type Chunks = &'static Stats<System>;

/// A document for one thread: its arena has a count that only one thread may change.
type LocalDocument = Document<Rc<Arena<Chunks>>>;
/// A document for any thread. Its arena is as small as an `Arena`, since one thread at a time builds it.
type SentDocument = Document<Arc<TaskArena<Chunks>>>;
/// A document for any thread, whose arena is made for several threads that build at the same time.
type SharedDocument = Document<Arc<SyncArena<Chunks>>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = orders(50);
    println!("a text of {} bytes, in an arena owned by        bytes of chunks", text.len());

    // A single collection has its arena by value: `Vec<T, Arena>`. The vector may move to another thread, and its arena with it.
    let lines = LineStarts::new(&text, &CHUNKS);
    row("one collection, as Vec<T, Arena>", lines.capacity_bytes());
    let line = thread::spawn(move || lines.line_of(500)).join().expect("a search does not panic");
    assert_eq!(line, text[..500].split('\n').count());

    // Many collections in one thread: `Rc<Arena>`. (Moving this one to a thread does not compile: see docs/11-services.md.)
    let memory = Rc::new(Arena::new_in(&CHUNKS));
    let document: LocalDocument = Document::parse(&text, memory.clone())?;
    assert_eq!(document.number(&["order 7", "price"]), Some(49));
    row("collections of one thread, as Rc<Arena>", memory.capacity_bytes());
    drop((document, memory));

    // Many collections in any thread: `Arc<TaskArena>`. A thread parses, and another one reads the documents and drops them.
    let (sender, parsed) = mpsc::channel::<SentDocument>();
    let parser = thread::spawn(move || {
        for count in [10, 20, 30] {
            let memory = Arc::new(TaskArena::new_in(&CHUNKS));
            let document = Document::parse(&orders(count), memory.clone()).expect("the text is JSON");
            row("collections in any thread, as Arc<TaskArena>", memory.capacity_bytes());
            drop(memory); // from here on the document is the only owner
            sender.send(document).expect("the reader waits for all documents");
        }
    });
    let prices: Vec<_> = parsed.iter().map(|document| document.number(&["order 9", "price"])).collect();
    parser.join().expect("the parser does not panic");
    assert_eq!(prices, [Some(63); 3]);

    // Several threads that build at the same time: `Arc<SyncArena>`. It reserves 256 KiB at once, so a batch of documents shares it,
    // and its memory is freed with the last of them.
    let memory = Arc::new(SyncArena::new_in(&CHUNKS));
    let parsers: Vec<_> = (1..=4)
        .map(|count| {
            let memory = memory.clone();
            thread::spawn(move || Document::parse(&orders(10 * count), memory).expect("the text is JSON"))
        })
        .collect();
    let batch: Vec<SharedDocument> =
        parsers.into_iter().map(|parser| parser.join().expect("the parser does not panic")).collect();
    row("a batch of four threads, as Arc<SyncArena>", memory.capacity_bytes());
    drop(memory);
    assert!(CHUNKS.snapshot().live_bytes >= 256 << 10);
    assert!(batch.iter().all(|document| document.number(&["order 9", "price"]) == Some(63)));
    drop(batch);

    println!("after the last document: {} bytes", CHUNKS.snapshot().live_bytes);
    assert_eq!(CHUNKS.snapshot().live_bytes, 0);
    Ok(())
}

fn row(owner: &str, bytes: usize) {
    println!("  {owner:<50}{bytes:>10}");
}

/// Returns a JSON text of `count` orders.
fn orders(count: u64) -> String {
    let mut text = String::from("{");
    for n in 0..count {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\n  \"order {n}\": {{\"price\": {}, \"items\": [\"door\", \"gate\"], \"open\": true}}",
            7 * n
        )
        .expect("a string takes any text");
    }
    text + "\n}"
}
