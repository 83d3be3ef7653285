//! Gather: one future for the results of many.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use super::EnsureFuture;
use crate::event_loop::any_future::Others;
use crate::event_loop::future::{Kind, Outer};
use crate::event_loop::{DoneCallback, Error, Future, Result, get_running_loop};

/// Runs all `children` together and collects their results in the order of the arguments;
/// `asyncio.gather`.
///
/// Coroutines are started as tasks at once, whether or not the outer future is ever awaited. The
/// same future given twice is one child and two results. The first error, which includes a
/// cancelled child, becomes the outcome; the other children run on.
///
/// Cancelling the outer future asks all children to cancel; the first child that ends as cancelled
/// is then that first error. If every child refuses, the outer future ends when all are done, also
/// with [`Error::Cancelled`] as its exception. Dropping the outer future cancels nothing.
///
/// [`Error::NoRunningLoop`] if no loop runs on this thread, and the first child is a coroutine or
/// there is no child. [`Error::OtherLoop`] if a child belongs to another loop than the first.
#[track_caller]
pub fn gather<C, E>(children: impl IntoIterator<Item = E>) -> Result<Future<C>>
where
    E: EnsureFuture<Output: Clone + 'static>,
    C: FromIterator<E::Output> + 'static,
{
    let return_exceptions = false;
    gather_children(children, return_exceptions, |children| {
        children.iter().map(Future::result).collect()
    })
}

/// Like [`gather`] with `return_exceptions=True`: waits for all children, and errors stand among
/// the results. If the outer future was cancelled, it ends with [`Error::Cancelled`] as its
/// exception, when all children are done.
#[track_caller]
pub fn gather_return_exceptions<C, E>(children: impl IntoIterator<Item = E>) -> Result<Future<C>>
where
    E: EnsureFuture<Output: Clone + 'static>,
    C: FromIterator<Result<E::Output>> + 'static,
{
    let return_exceptions = true;
    gather_children(children, return_exceptions, |children| {
        Ok(children.iter().map(Future::result).collect())
    })
}

/// What the outer future and the callback of its children share.
struct Gather<T: 'static, C: 'static> {
    /// The futures, in the order of the arguments; a future that was given twice stands here twice.
    children: RefCell<Vec<Future<T>>>,
    /// How many different children have not ended.
    unfinished: Cell<usize>,
    /// Some child has taken a cancel of the outer future. Then the outer future ends with
    /// [`Error::Cancelled`] when all children are done, even if all have results. (Without
    /// `return_exceptions` the error of a child ends it before.)
    cancel_requested: Cell<bool>,
    /// The argument that has this name in asyncio: whether an error is a result like any other. If
    /// not, the first error ends the gather.
    return_exceptions: bool,
    /// Makes the gather's result from those of the children, when all are done.
    collect: fn(&[Future<T>]) -> Result<C>,
}

impl<T, C> Outer for Gather<T, C> {
    fn children(&self) -> Others {
        Others::Many(self.children.borrow().iter().map(|child| child.0.clone() as _).collect())
    }

    fn note_cancel_request(&self) {
        self.cancel_requested.set(true);
    }
}

impl<T, C> Gather<T, C> {
    /// The done callback of each child (`_done_callback` in `tasks.py`).
    fn child_is_done(&self, child: &Future<T>, outer: Option<&Future<C>>) -> Result<()> {
        self.unfinished.set(self.unfinished.get() - 1);
        // Retrieved in any case, even if the gather has ended before: an error that went to a
        // gather is not reported as one that was never retrieved.
        let error = match child.exception() {
            Ok(exception) => exception,
            Err(cancelled) => Some(cancelled),
        };
        // None if `gather` gave an error after this child had got the callback.
        let Some(outer) = outer else { return Ok(()) };
        if outer.done() {
            return Ok(());
        }
        if let Some(error) = error
            && !self.return_exceptions
        {
            return outer.set_exception(error);
        }
        if self.unfinished.get() > 0 {
            return Ok(());
        }
        if self.cancel_requested.get() {
            return outer.set_exception(Error::Cancelled);
        }
        outer.set((self.collect)(&self.children.borrow()))
    }
}

/// What both kinds of gather do; they differ in whether an error is a result, and in how the
/// results are collected.
#[track_caller]
fn gather_children<C: 'static, E: EnsureFuture<Output: 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    return_exceptions: bool,
    collect: fn(&[Future<E::Output>]) -> Result<C>,
) -> Result<Future<C>> {
    let gather = Rc::new(Gather {
        children: RefCell::default(),
        unfinished: Cell::new(0),
        cancel_requested: Cell::new(false),
        return_exceptions,
        collect,
    });
    // The outer future owns `gather`. If `gather` owned the outer future, too, neither would ever
    // be dropped. So the callback owns the outer future, and the children drop the callback when
    // they have ended.
    let outer_cell = Rc::new(OnceCell::new());
    let on_child_done = DoneCallback::new({
        let gather = gather.clone();
        let outer_cell = outer_cell.clone();
        move |child| gather.child_is_done(child, outer_cell.get())
    });
    let mut event_loop = None;
    let mut seen = Seen::default();
    // Each child gets its callback before the next is started: if a child is done already, its
    // callback comes before the first step of the next coroutine, as in asyncio.
    for awaitable in awaitables {
        let child = awaitable.ensure_future(event_loop.as_ref())?;
        if event_loop.is_none() {
            // The first child decides on which loop they run.
            event_loop = Some(child.get_loop());
        }
        if seen.insert(&child, &gather.children.borrow()) {
            gather.unfinished.set(gather.unfinished.get() + 1);
            child.share_done_callback(&on_child_done);
        }
        gather.children.borrow_mut().push(child);
    }
    let event_loop = match event_loop {
        Some(event_loop) => event_loop,
        None => get_running_loop()?,
    };
    let outer = Future::new(&event_loop, Kind::Outer(gather.clone()));
    if gather.children.borrow().is_empty() {
        outer.set(collect(&[]))?;
    }
    // Only now, and before any callback is called: callbacks come through the queue.
    let _ = outer_cell.set(outer.clone());
    Ok(outer)
}

/// Tells whether a future was given before. asyncio looks each child up in a `dict`.
#[derive(Default)]
struct Seen {
    /// The addresses of all futures seen; `None` as long as no look-up was needed.
    addresses: Option<HashSet<*const ()>>,
}

impl Seen {
    /// Says whether `future` is none of those `before` it, and remembers it if that is needed.
    fn insert<T>(&mut self, future: &Future<T>, before: &[Future<T>]) -> bool {
        // A task that was made just now cannot have been given before, and nearly all children are
        // such tasks: this saves the set of addresses. (Every future that was seen before has a
        // callback or is done.)
        if self.addresses.is_none() && future.is_untouched() {
            return true;
        }
        let addresses = self.addresses.get_or_insert_with(|| before.iter().map(address).collect());
        addresses.insert(address(future))
    }
}

fn address<T>(future: &Future<T>) -> *const () {
    Rc::as_ptr(&future.0).cast()
}
