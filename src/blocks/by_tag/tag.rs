use core::fmt;
use core::marker::PhantomData;

use super::{Tagged, names};
use crate::threads::tag_stack::{self, Place};

/// Attributes to `name` what the calling thread allocates from a [`ByTag`](super::ByTag), until the guard is dropped.
///
/// * **Nesting**: the newest guard of the thread decides. When it is dropped, the one before it decides again. Guards may be dropped
///   in any order: dropping an older one does not change the tag. At most 62 guards nest; further ones have no effect.
/// * **Threads**: the guard is for its thread and cannot be sent to another. A thread starts without a tag; pass [`Tag::current`] to it
///   and [`enter`](Tag::enter) that. Tags have no effect in threads beyond the first 4096 that live at once.
/// * **Names**: 250 different ones in a process. Later names have one tag in common, `(other)`. Names that are equal are one tag.
/// * **Signals**: a handler may enter a tag, and drop the guard before it returns.
/// * **Async code**: a guard that lives across an `.await` would tag whatever the thread runs meanwhile, so a future that holds it is not
///   `Send`. Use [`tagged`](super::tagged), which enters the tag around each poll.
/// * **Cost**: about 200 instructions for a short name, with the end of the guard; [`Tag::enter`] takes 80. (Counted by `cargo run --release
///   -p janus-benches --bin instructions -- tags`.) Nothing is allocated.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, ByTag, System, by_tag::Tag, tag};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<ByTag<System>> = AsGlobal::new(ByTag::new(System));
///
/// let cache = {
///     let _tag = tag("cache");
///     vec![0_u8; 1000] // std's `Vec`, which knows nothing of tags
/// };
/// assert_eq!(DEFAULT.snapshot_of(Tag::named("cache")).live_bytes, 1000);
///
/// drop(cache); // charged to the tag that allocated it
/// assert_eq!(DEFAULT.snapshot_of(Tag::named("cache")).live_bytes, 0);
/// ```
#[must_use = "the tag ends when the guard is dropped: bind it to a variable, `let _tag = tag(..)`"]
pub fn tag(name: &'static str) -> TagGuard {
    Tag::named(name).enter()
}

/// A tag: a name under which a [`ByTag`](super::ByTag) counts. It is a number in a byte, valid in all threads.
///
/// # Examples
///
/// A thread that works under the tag of the thread that starts it:
///
/// ```
/// use std::thread;
/// use janus_alloc::{by_tag::Tag, tag};
///
/// let _tag = tag("request");
/// let current = Tag::current();
/// thread::spawn(move || {
///     assert_eq!(Tag::current(), Tag::UNTAGGED);
///     let _tag = current.enter();
///     assert_eq!(Tag::current().name(), "request");
/// })
/// .join()
/// .unwrap();
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    pub(super) number: u8,
}

impl Tag {
    /// The tag of a thread that has entered none. Enter it to exempt something from the tag around it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{by_tag::Tag, tag};
    ///
    /// let _tag = tag("request");
    /// let exempt = Tag::UNTAGGED.enter();
    /// assert_eq!(Tag::current().name(), "(untagged)");
    /// drop(exempt);
    /// assert_eq!(Tag::current().name(), "request");
    /// ```
    pub const UNTAGGED: Self = Self { number: tag_stack::NONE };

    /// Returns the tag of that name. Keep the result where looking up the name each time takes too long.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::by_tag::Tag;
    ///
    /// let tag = Tag::named("index");
    /// assert_eq!(tag, Tag::named("index"));
    /// ```
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self { number: names::number_of(name) }
    }

    /// Returns the tag that the calling thread works under.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::by_tag::Tag;
    ///
    /// assert_eq!(Tag::current(), Tag::UNTAGGED);
    /// ```
    #[must_use]
    #[inline]
    pub fn current() -> Self {
        Self { number: tag_stack::top() }
    }

    /// Makes this the tag of the calling thread until the guard is dropped, as [`tag`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::by_tag::Tag;
    ///
    /// let parsing = Tag::named("parsing");
    /// for _ in 0..1000 {
    ///     let _tag = parsing.enter();
    ///     assert_eq!(Tag::current(), parsing);
    /// }
    /// ```
    #[must_use = "the tag ends when the guard is dropped: bind it to a variable, `let _tag = tag.enter()`"]
    pub fn enter(self) -> TagGuard {
        TagGuard { place: tag_stack::push(self.number), in_this_thread: PhantomData }
    }

    /// Makes this the tag of each poll of `future`, and of its drop, as [`tagged`](super::tagged) does.
    ///
    /// # Examples
    ///
    /// A task that works under the tag of the task that spawns it:
    ///
    /// ```
    /// use janus_alloc::by_tag::{Tag, tagged};
    ///
    /// # fn spawn(task: impl Future<Output = &'static str> + Send + 'static) -> impl Future<Output = &'static str> { task }
    /// # fn block_on<F: Future>(task: F) -> F::Output {
    /// #     match std::pin::pin!(task).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
    /// #         std::task::Poll::Ready(output) => output,
    /// #         std::task::Poll::Pending => unreachable!(),
    /// #     }
    /// # }
    /// async fn part() -> &'static str {
    ///     Tag::current().name()
    /// }
    ///
    /// let request = tagged("request", async { spawn(Tag::current().future(part())).await });
    /// assert_eq!(block_on(request), "request");
    /// ```
    pub const fn future<F: Future>(self, future: F) -> Tagged<F> {
        Tagged::new(self, future)
    }

    /// Returns the name: `(untagged)` for [`UNTAGGED`](Self::UNTAGGED), and `(other)` for all names beyond the first 250.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::by_tag::Tag::named("index").name(), "index");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.number {
            tag_stack::NONE => "(untagged)",
            number => names::name_of(number).unwrap_or("(other)"),
        }
    }
}

/// Prints the name.
impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tag").field(&self.name()).finish()
    }
}

/// Ends a tag when it is dropped: see [`tag`].
///
/// If it is forgotten, the tag stays until the thread ends.
///
/// # Examples
///
/// ```
/// use janus_alloc::{by_tag::{Tag, TagGuard}, tag};
///
/// struct Request {
///     _tag: TagGuard,
/// }
/// let request = Request { _tag: tag("request") };
/// assert_eq!(Tag::current().name(), "request");
/// drop(request);
/// assert_eq!(Tag::current(), Tag::UNTAGGED);
/// ```
#[derive(Debug)]
pub struct TagGuard {
    /// `None` if the tag has no effect.
    place: Option<Place>,
    in_this_thread: PhantomData<*const ()>,
}

/// Never implemented. It makes the compiler explain why a [`TagGuard`] is not `Send`.
#[diagnostic::on_unimplemented(
    message = "a `TagGuard` stays in its thread",
    label = "the guard would end in another thread here",
    note = "in a future use `by_tag::tagged(name, future)`, which enters the tag around each poll, or end the guard before the `.await`",
    note = "in another thread enter the tag again: `let tag = Tag::current()` here, and `tag.enter()` there"
)]
pub trait EndedByAnyThread {}

// SAFETY: no type implements `EndedByAnyThread`, and other crates cannot name it. (A bound without a lifetime would be an error here.)
unsafe impl Send for TagGuard where for<'a> &'a (): EndedByAnyThread {}

impl Drop for TagGuard {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            tag_stack::remove(place);
        }
    }
}
