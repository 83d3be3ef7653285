//! The place that an await has among those that wait for one future.
//!
//! What awaits may come with another waker than before: a task that polls it anew, a lane of a
//! timeline that has moved. It keeps its place then, as tokio's queues keep it: what began to wait
//! first is woken first. asyncio has no such case, since there it is always the task that waits.
use super::{Await, Callback, FutureCell, Wakeup, discard};
use std::rc::Rc;

impl<T> FutureCell<T> {
    /// Puts a wakeup in the place of another one. Says whether that was there.
    fn replace_wakeup(&self, old: &Wakeup, new: &Wakeup) -> bool {
        let mut replaced = None;
        for callback in &mut *self.callbacks.borrow_mut() {
            if let Callback::Wakeup(wakeup) = callback
                && wakeup.is(old)
            {
                replaced = Some(std::mem::replace(callback, Callback::Wakeup(new.clone())));
                break;
            }
        }
        // Foreign code may run when it is dropped. It must not find the list in use.
        match replaced {
            Some(old) => {
                discard(old);
                true
            }
            None => false,
        }
    }
}

impl<T> Await<T> {
    /// A done callback among the others: what began to wait first is woken first, through the
    /// queue.
    pub(super) fn register(&mut self, cell: &Rc<FutureCell<T>>, wakeup: Wakeup) {
        if let Some(registered) = &self.wakeup
            && registered.is(&wakeup)
        {
            return;
        }
        // What awaits may come with another waker than before, and keeps its place in the line
        // then.
        if let Some(before) = self.wakeup.replace(wakeup.clone())
            && cell.replace_wakeup(&before, &wakeup)
        {
            return;
        }
        cell.add_callback(Callback::Wakeup(wakeup));
    }
}
