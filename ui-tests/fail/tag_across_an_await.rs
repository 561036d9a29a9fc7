//! A future that holds the guard of a tag across an `.await` stays in its thread. The message names `tagged`.
use janus_alloc::tag;

async fn answer() -> Vec<u8> {
    let _tag = tag("request");
    std::future::ready(()).await;
    vec![1, 2, 3]
}

fn spawn(_: impl Future + Send + 'static) {}

fn main() {
    spawn(answer());
}
