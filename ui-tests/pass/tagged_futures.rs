//! `tagged` adds nothing to what a future must be: `Send`, `Unpin` and `'static` follow from it, and it may borrow and be boxed.
use std::future::{Ready, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use janus_alloc::by_tag::{Tag, Tagged, tagged};

fn send(_: &(impl Future + Send + 'static)) {}
fn unpin(_: &(impl Future + Unpin)) {}

fn output<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!(),
    }
}

async fn length(text: &str) -> usize {
    ready(()).await;
    text.len()
}

fn main() {
    let one: Tagged<Ready<u8>> = Tag::UNTAGGED.future(ready(1));
    unpin(&one);
    send(&tagged("request", length("static")));

    let text = String::from("borrowed");
    let boxed: Pin<Box<dyn Future<Output = usize> + Send + '_>> = Box::pin(tagged("request", length(&text)));
    assert_eq!(output(tagged("outer", boxed)) + usize::from(output(one)), 9);
}
