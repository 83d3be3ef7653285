//! Gather: one future for many.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::future::{DoneCallback, Kind};
use super::{EnsureFuture, Error, EventLoop, Future, Result, get_running_loop};

/// What the outer future of a gather adds to a future: it passes `cancel` on to its children.
pub(super) struct GatherPart {
    cancel_children: Box<dyn Fn() -> bool>,
    cancel_requested: Cell<bool>,
}

impl GatherPart {
    pub(super) fn cancel(&self) -> bool {
        let taken = (self.cancel_children)();
        // Remembered only if some child took the request: a gather whose children are all done must not end cancelled.
        self.cancel_requested.set(self.cancel_requested.get() || taken);
        taken
    }
}

/// Runs all `children` together and collects their results in the order of the arguments; `asyncio.gather`.
///
/// Coroutines are started as tasks at once, whether or not the outer future is ever awaited. The same future given twice is
/// one child and two results. The first error, which includes a cancelled child, becomes the outcome; the other children run
/// on. Cancelling the outer future cancels the children and ends it, when they all are done, with [`Error::Cancelled`] as its
/// exception. [`Error::NoRunningLoop`] if a coroutine comes first, or nothing at all, and no loop runs on this thread.
pub fn gather<C, E>(children: impl IntoIterator<Item = E>) -> Result<Future<C>>
where
    E: EnsureFuture<Output: Clone + 'static>,
    C: FromIterator<E::Output> + 'static,
{
    gather_children(children, false, |children| children.iter().map(Future::result).collect())
}

/// Like [`gather`] with `return_exceptions=True`: waits for all children, and errors stand among the results.
pub fn gather_return_exceptions<C, E>(children: impl IntoIterator<Item = E>) -> Result<Future<C>>
where
    E: EnsureFuture<Output: Clone + 'static>,
    C: FromIterator<Result<E::Output>> + 'static,
{
    gather_children(children, true, |children| Ok(children.iter().map(Future::result).collect()))
}

fn gather_children<C: 'static, E: EnsureFuture<Output: 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    return_exceptions: bool,
    collect: fn(&[Future<E::Output>]) -> Result<C>,
) -> Result<Future<C>> {
    let mut awaitables = awaitables.into_iter();
    // The first one decides on which loop they run.
    let first = awaitables.next().map(|first| first.ensure_future(None)).transpose()?;
    let event_loop = first.as_ref().map_or_else(get_running_loop, |first| Ok(first.get_loop()))?;
    let children = Rc::new(RefCell::new(Vec::new()));
    let unfinished = Rc::new(Cell::new(0));
    let outer = outer_future(&event_loop, &children);
    let on_child_done = DoneCallback::new({
        let (outer, children, unfinished) = (outer.clone(), children.clone(), unfinished.clone());
        move |child: &Future<E::Output>| {
            unfinished.update(|count| count - 1);
            if outer.done() {
                return Ok(());
            }
            if let Some(error) = child.exception().unwrap_or_else(Some)
                && !return_exceptions
            {
                return outer.set_exception(error);
            }
            match &outer.0.kind {
                _ if unfinished.get() > 0 => Ok(()),
                Kind::Gather(gather) if gather.cancel_requested.get() => {
                    outer.set_exception(Error::Cancelled)
                }
                _ => outer.set(collect(&children.borrow())),
            }
        }
    });
    // One after the other: what is done already is heard of before the next coroutine takes its first step.
    let others = awaitables.map(|awaitable| awaitable.ensure_future(Some(&event_loop)));
    for child in first.map(Ok).into_iter().chain(others) {
        let child = child?;
        if child.share_done_callback(&on_child_done) {
            unfinished.update(|count| count + 1);
        }
        children.borrow_mut().push(child);
    }
    if children.borrow().is_empty() {
        outer.set(collect(&[]))?;
    }
    Ok(outer)
}

fn outer_future<C: 'static, T: 'static>(
    event_loop: &EventLoop,
    children: &Rc<RefCell<Vec<Future<T>>>>,
) -> Future<C> {
    let children = children.clone();
    // Every child is asked, also after one has taken the request.
    let cancel_children =
        move || children.borrow().iter().fold(false, |taken, child| child.cancel() | taken);
    Future::new(
        event_loop,
        Kind::Gather(GatherPart {
            cancel_children: Box::new(cancel_children),
            cancel_requested: Cell::new(false),
        }),
    )
}
