//! A poll begins, and a poll ends: what the lane does, and which lane has the thread.
use super::{Assembly, spans::PollBegin};
use crate::timeline::{
    Event, LaneId, Polled, Waits,
    draw::{
        chart::{BlockingCall, End, Hold, Owner, Position, State, Until},
        places::Places,
    },
};
use std::{mem::take, time::Duration};

impl Assembly {
    /// A poll begins; `polled_at` is the place at which the lane around makes it.
    pub(super) fn poll_starts(&mut self, lane: LaneId, event: &Event, polled_at: Option<&Waits>) {
        // A lane that still waits when its poll begins has not been woken.
        let unwoken = matches!(self.open[lane].state, Some(State::Waiting(_)));
        self.end_wait(lane, Until::Unwoken);
        let next = if event.thread > self.chart.workers {
            State::OnThread
        } else if unwoken {
            State::RunningUnwoken
        } else {
            State::Running
        };
        self.change(lane, Some(next));
        let now = self.now();
        let open = &mut self.open[lane];
        open.polled = PollBegin { at: event.at, instant: now.instant };
        open.polled_for = open.woken.take();
        open.inside = Duration::ZERO;
        open.polled_at = polled_at.cloned();
        open.blocks.clear();
        // The lane that is being polled on this thread is the lane that polls this one.
        let outer = self.stacks[event.thread].last().copied();
        self.note_owner(lane, outer, now);
        self.note_poll_in_a_call(lane, outer);
        self.thread_goes_to(lane, event.thread, now);
        // Last, so that the poll begins at the left edge of its column.
        self.chart.instants[now.instant].columns += 1;
    }

    /// A future can be handed from one owner to another: then the row keeps both.
    fn note_owner(&mut self, lane: LaneId, owner: Option<LaneId>, now: Position) {
        let row = &mut self.chart.rows[lane];
        if row.polled_by != owner && row.was_polled() {
            row.polled_before.push(Owner { lane: row.polled_by, until: now });
        }
        row.polled_by = owner;
    }

    /// The thread runs `lane` from now on; the lane around it has had the thread until here.
    fn thread_goes_to(&mut self, lane: LaneId, thread: usize, now: Position) {
        let polled = &mut self.stacks[thread];
        let holds = &mut self.chart.threads[thread];
        if !polled.is_empty()
            && let Some(hold) = holds.last_mut()
        {
            hold.to = now;
        }
        polled.push(lane);
        holds.push(Hold { lane, from: now, to: now });
    }

    /// The lane has occupied its thread until now; `place` is where it has called `block`. This
    /// comes in the middle of a poll. What the poll is called is decided when its span ends.
    pub(super) fn blocked(&mut self, lane: LaneId, place: Option<&Waits>) {
        let until = self.now();
        let places = place.map_or_else(Places::none, Places::recorded);
        self.open[lane].blocks.push(BlockingCall { until, places });
    }

    pub(super) fn poll_ends(&mut self, lane: LaneId, event: &Event, polled: &Polled) {
        let now = self.end_of_poll(lane, event);
        // Taken for every result of the poll: the wake counts for this poll only.
        let woken = take(&mut self.open[lane].woken_while_polled);
        match polled {
            Polled::Pending(waits) => {
                let next = if woken { State::Ready } else { State::Waiting(Until::RunOver) };
                self.change_at(now, lane, Some(next));
                self.open[lane].waits = Some(waits.clone());
            }
            // A stream that has given an item waits for nothing: it has not been asked for the
            // next one.
            Polled::Item => self.change_at(now, lane, Some(State::BetweenItems)),
            Polled::Ready => self.end_at(now, lane, End::Finished),
            Polled::Cancelled => self.end_at(now, lane, End::ReturnedCancelled),
            Polled::Failed(error) => self.end_at(now, lane, End::Failed(error.clone())),
            Polled::Panicked(message, place) => {
                self.chart.rows[lane].panicked_at = place.clone();
                self.end_at(now, lane, End::Panicked(message.clone()));
            }
        }
        self.thread_goes_back(lane, event, now);
    }

    /// The poll of `lane` is over: the lane around it, if there is one, has the thread again.
    fn thread_goes_back(&mut self, lane: LaneId, event: &Event, now: Position) {
        let polled = &mut self.stacks[event.thread];
        let holds = &mut self.chart.threads[event.thread];
        polled.retain(|other| *other != lane);
        if let Some(hold) = holds.last_mut() {
            hold.to = now;
        }
        if let Some(&outer) = polled.last() {
            let took = event.at.saturating_sub(self.open[lane].polled.at);
            self.open[outer].inside += took;
            holds.push(Hold { lane: outer, from: now, to: now });
        }
    }
}
