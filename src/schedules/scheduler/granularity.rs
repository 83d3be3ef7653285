//! Where the runtime may go from one lane to another.
use super::known::Readiness;
use std::task::{Context, Poll, Waker};
use tokio::task::coop;

/// Where the runtime may go from one lane to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Where a lane waits: a runtime with one thread can do that, a `LocalSet`, and a `join!`.
    Waits,
    /// At every operation of tokio, too: only several threads can do that.
    Operations,
}

/// More than the 128 units of tokio's budget. A task without a budget can always take another unit,
/// so the loop that takes them has to end by itself.
const MORE_THAN_A_BUDGET: usize = 256;

/// How much of a task's budget a lane gets for a poll at [`Granularity::Operations`]. When nothing
/// is left of it, the next operation of tokio returns `Pending` without having done anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BudgetLeft {
    /// The lane is interrupted before its first operation.
    Nothing,
    /// The lane is interrupted after one operation.
    OneOperation,
}

impl BudgetLeft {
    /// What a lane gets. At its first poll it gets nothing: others may come before its first
    /// operation, too.
    pub fn for_a_poll(readiness: Readiness) -> BudgetLeft {
        match readiness {
            Readiness::New => BudgetLeft::Nothing,
            _ => BudgetLeft::OneOperation,
        }
    }

    /// Uses up the task's budget, but leaves the lane what `self` says.
    pub fn take_the_rest(self) {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..MORE_THAN_A_BUDGET {
            let Poll::Ready(unit) = coop::poll_proceed(&mut cx) else { return };
            // That was the last unit. It is dropped here without progress, which gives it back.
            if self == BudgetLeft::OneOperation && !coop::has_budget_remaining() {
                return;
            }
            unit.made_progress();
            if !coop::has_budget_remaining() {
                return;
            }
        }
    }
}
