//! Where the runtime may go from one lane to another.
use std::task::{Context, Poll, Waker};
use tokio::task::coop;

/// Where the runtime may go from one lane to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Where a lane waits: what a runtime with one thread can do, and a `LocalSet`, and `join!`.
    Waits,
    /// At every operation of tokio, too: what several threads can do.
    Operations,
}

/// Leaves so little of the task's budget that the lane is interrupted after one operation of tokio:
/// the next operation returns `Pending` without having done anything. At its first poll nothing is
/// left, so the lane is interrupted before its first operation, too.
pub(super) fn leave_one_operation(first_poll: bool) {
    let mut cx = Context::from_waker(Waker::noop());
    // Tokio's budget is 128 operations. Where there is no budget, it is not used up, and the loop
    // has to end all the same.
    for _ in 0..256 {
        let Poll::Ready(unit) = coop::poll_proceed(&mut cx) else { return };
        if !first_poll && !coop::has_budget_remaining() {
            return; // dropped without progress, the last unit is given back
        }
        unit.made_progress();
        if first_poll && !coop::has_budget_remaining() {
            return;
        }
    }
}
