use core::fmt;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::Tag;

/// Attributes to `name` what `future` allocates from a [`ByTag`](super::ByTag): in each poll, in whichever thread that is, and in its drop.
///
/// The guard of a [`tag`](super::tag()) cannot do that. It is for a thread, not for a task. Held across an `.await` it would tag whatever
/// else the thread runs meanwhile, and would end in another thread if the task moves. So a future that holds it is not `Send`, and the
/// compiler names this function. In a runtime that polls all tasks in one thread it compiles, and tags the wrong tasks.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, ByTag, System, by_tag::{Tag, tagged}};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<ByTag<System>> = AsGlobal::new(ByTag::new(System));
///
/// async fn answer(request: &str) -> Vec<String> {
///     let words = request.split(' ').map(String::from);
///     std::future::ready(()).await; // here the task may move to another thread
///     words.collect()
/// }
///
/// fn spawn<F: Future + Send + 'static>(task: F) -> F::Output {
///     // ...
/// #   let waker = std::task::Waker::noop();
/// #   match std::pin::pin!(task).poll(&mut std::task::Context::from_waker(waker)) {
/// #       std::task::Poll::Ready(output) => output,
/// #       std::task::Poll::Pending => unreachable!(),
/// #   }
/// }
/// let words = spawn(tagged("request", answer("two words")));
/// assert_eq!(DEFAULT.snapshot_of(Tag::named("request")).live_blocks(), 3);
/// # drop(words);
/// ```
pub fn tagged<F: Future>(name: &'static str, future: F) -> Tagged<F> {
    Tag::named(name).future(future)
}

/// A future that is polled, and dropped, under a [`Tag`]. Made by [`tagged`] and [`Tag::future`].
///
/// * **Nesting**: inside it a [`tag`](super::tag()) or another `Tagged` counts until it ends, as everywhere. After each poll the thread has the tag
///   that it had before, also if the poll panics.
/// * **Tasks** that the future spawns have no tag. Pass it on: `spawn(Tag::current().future(task))`.
/// * **Cost**: that of [`Tag::enter`], about 80 instructions, for each poll and for the drop. Nothing is allocated.
/// * **Size**: that of `F` and one byte. **Threads**: `Send`, `Sync` and `Unpin` if `F` is.
///
/// The idea is that of `Instrumented` in the crate tracing.
///
/// # Examples
///
/// ```
/// use janus_alloc::by_tag::{Tag, Tagged, tagged};
///
/// let task: Tagged<std::future::Ready<u8>> = tagged("request", std::future::ready(1));
/// assert_eq!(task.tag(), Tag::named("request"));
/// ```
#[must_use = "futures do nothing unless they are awaited or polled"]
pub struct Tagged<F> {
    tag: Tag,
    /// Pinned with the `Tagged`: never moved after the first poll, and dropped in its place. `Unpin` of this type follows from `F`.
    future: ManuallyDrop<F>,
}

impl<F> Tagged<F> {
    pub(super) const fn new(tag: Tag, future: F) -> Self {
        Self { tag, future: ManuallyDrop::new(future) }
    }

    /// Returns the tag.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::by_tag::{Tag, tagged};
    ///
    /// assert_eq!(tagged("request", async {}).tag(), Tag::named("request"));
    /// ```
    pub const fn tag(&self) -> Tag {
        self.tag
    }
}

impl<F: Future> Future for Tagged<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _tag = self.tag.enter();
        // SAFETY: the field is pinned with the value: nothing moves it out, neither `drop` nor a method, and it is dropped in its place.
        let future = unsafe { self.map_unchecked_mut(|tagged| &mut *tagged.future) };
        future.poll(context)
    }
}

impl<F> Drop for Tagged<F> {
    fn drop(&mut self) {
        let _tag = self.tag.enter();
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}

impl<F: fmt::Debug> fmt::Debug for Tagged<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tagged").field("tag", &self.tag).field("future", &*self.future).finish()
    }
}
