//! Common instants: each chart gets those of the others, so that equal times are at equal places.
//!
//! ```text
//!   upper   0        100 ms
//!   lower   0   50 ms
//!   common  0   50 ms  100 ms      index 1 of the upper chart becomes 2, and nothing runs at 1
//! ```
use crate::timeline::draw::chart::{Chart, Instant, Position};
use std::time::Duration;

/// What tells an instant from all others of its run: its time, and how many of that time came
/// before it. On the real clock two instants can have one time.
type Key = (Duration, usize);

/// The charts, each with the instants of all of them. Instants are matched by time. If several
/// instants of a chart have one time, the second of them is matched with the second of that time in
/// another chart, and so on.
pub(in crate::timeline::draw) fn with_common_instants(charts: &[&Chart]) -> Vec<Chart> {
    let mut common: Vec<Key> = vec![];
    let mut all_keys = vec![];
    for chart in charts {
        let keys = keys(chart);
        common.extend(&keys);
        all_keys.push(keys);
    }
    common.sort_unstable();
    common.dedup();
    let mut moved = vec![];
    for (chart, keys) in charts.iter().zip(&all_keys) {
        moved.push(with_instants(chart, keys, &common));
    }
    moved
}

/// A copy of the chart that has an instant at each of these times, too: the times of a run that is
/// shown beside it. Nothing runs at an instant that is added.
pub(in crate::timeline::draw) fn with_times(chart: &Chart, times: &[Duration]) -> Chart {
    let keys = keys(chart);
    let mut all = keys.clone();
    all.extend(times.iter().map(|time| (*time, 0)));
    all.sort_unstable();
    all.dedup();
    with_instants(chart, &keys, &all)
}

fn keys(chart: &Chart) -> Vec<Key> {
    let mut keys = vec![];
    for (index, instant) in chart.instants.iter().enumerate() {
        let before = chart.instants[..index].iter().rev();
        let of_that_time = before.take_while(|other| other.at == instant.at).count();
        keys.push((instant.at, of_that_time));
    }
    keys
}

/// The chart with the common instants instead of its own. All positions move with them; an instant
/// that only the other chart has gets no column here, and no lane does anything at it.
fn with_instants(chart: &Chart, own: &[Key], common: &[Key]) -> Chart {
    let mut instants: Vec<Instant> = vec![];
    for (at, _) in common {
        instants.push(Instant { at: *at, columns: 0 });
    }
    // For each of the chart's own instants its index among the common ones.
    let mut moved_to = vec![];
    for (index, key) in own.iter().enumerate() {
        let place = common.binary_search(key).expect("the common instants have all of them");
        instants[place].columns = chart.instants[index].columns;
        moved_to.push(place);
    }
    let mut chart = chart.clone();
    chart.instants = instants;
    for pos in positions(&mut chart) {
        // The column stays: an instant keeps its polls, wherever it goes.
        pos.instant = moved_to[pos.instant];
    }
    chart
}

/// Each position that a chart has, to be changed.
fn positions(chart: &mut Chart) -> Vec<&mut Position> {
    let mut positions = vec![];
    for row in &mut chart.rows {
        for span in &mut row.spans {
            positions.extend([&mut span.from, &mut span.to]);
            if let Some(woken) = &mut span.woken {
                positions.push(&mut woken.at);
            }
            for block in &mut span.blocks {
                positions.push(&mut block.until);
            }
        }
        for owner in &mut row.polled_before {
            positions.push(&mut owner.until);
        }
        positions.push(&mut row.end.0);
    }
    for wake in &mut chart.wakes {
        positions.push(&mut wake.at);
    }
    for hold in chart.threads.iter_mut().flatten() {
        positions.extend([&mut hold.from, &mut hold.to]);
    }
    for said in &mut chart.said {
        positions.push(&mut said.at);
    }
    for call in &mut chart.calls {
        let set = call.timer.as_mut().map(|timer| &mut timer.set);
        let turns = [set, call.asked.as_mut(), call.queued.as_mut(), call.over.as_mut()];
        for turn in turns.into_iter().flatten() {
            positions.push(&mut turn.at);
        }
    }
    for awaits in &mut chart.awaits {
        positions.push(&mut awaits.from.at);
    }
    for (turn, _) in &mut chart.loop_ends {
        positions.push(&mut turn.at);
    }
    positions
}
