//! A run without some of its lanes, for a slide whose lesson is in the others.
//!
//! Read it with `examples`. In a chart a lane is a number, its place in the list of rows. So when
//! lanes go, all numbers that are left have to be mapped to new ones.
use async_concepts::timeline::{Chart, End, LaneId, State, Until};

/// Takes these lanes out of a chart, with everything that only they did.
///
/// # Errors
/// A sentence, if there is no such lane, or if another one was woken by it.
pub(crate) fn without(chart: &Chart, names: &[String]) -> Result<Chart, String> {
    let mut ids: Vec<Option<LaneId>> = vec![]; // the new number of each lane that stays
    let mut left = 0;
    for row in &chart.rows {
        if names.contains(&row.name) {
            ids.push(None);
        } else {
            ids.push(Some(left));
            left += 1;
        }
    }
    // A name with a mistake in it would leave nothing out, and no error would say so.
    for name in names {
        if chart.rows.iter().all(|row| row.name != *name) {
            return Err(format!("there is no lane `{name}` to leave out"));
        }
    }
    let mut fewer = chart.clone();
    fewer.rows.retain(|row| !names.contains(&row.name));
    for row in &mut fewer.rows {
        row.parent = row.parent.and_then(|lane| ids[lane]);
        row.polled_by = row.polled_by.and_then(|lane| ids[lane]);
        // What has gone polls nothing any more, as if the runtime did.
        for owner in &mut row.polled_before {
            owner.lane = owner.lane.and_then(|lane| ids[lane]);
        }
        for span in &mut row.spans {
            if let State::Waiting(Until::Lane(by)) = &mut span.state {
                // A picture in which nothing ends this wait would be wrong, so the deck has to say
                // something else.
                let Some(id) = ids[*by] else {
                    let lane = &row.name;
                    let by = &chart.rows[*by].name;
                    return Err(format!("`{by}` cannot be left out, for it wakes `{lane}`"));
                };
                *by = id;
            }
            // Of several wakes only the first is known here. If a missing lane gave it, the picture
            // says nothing of it.
            if let Some(woken) = &mut span.woken
                && let Until::Lane(by) = &mut woken.by
            {
                match ids[*by] {
                    Some(id) => *by = id,
                    None => span.woken = None,
                }
            }
            span.places = span.places.renumbered(|lane| ids[lane]);
            span.stopped = span.stopped.renumbered(|lane| ids[lane]);
            span.polled_at = span.polled_at.renumbered(|lane| ids[lane]);
        }
        if let End::Cancelled { by, .. } = &mut row.end.1 {
            *by = by.and_then(|lane| ids[lane]);
        }
    }
    // What a missing lane did is gone with it: its arrows, its time on a thread, and its lines.
    fewer.wakes.retain(|wake| ids[wake.from].is_some() && ids[wake.to].is_some());
    for wake in &mut fewer.wakes {
        for lane in [&mut wake.from, &mut wake.to] {
            *lane = ids[*lane].expect("the others are gone");
        }
    }
    for thread in &mut fewer.threads {
        thread.retain(|hold| ids[hold.lane].is_some());
        for hold in thread {
            hold.lane = ids[hold.lane].expect("the others are gone");
        }
    }
    for call in &mut fewer.calls {
        call.lane = call.lane.and_then(|lane| ids[lane]);
        // A lane that is gone may have set a timer of another one: `main` stands for it then.
        let set = call.timer.as_mut().map(|timer| &mut timer.set);
        let turns = [set, call.asked.as_mut(), call.queued.as_mut(), call.over.as_mut()];
        for turn in turns.into_iter().flatten() {
            turn.by = ids[turn.by].unwrap_or_default();
        }
    }
    fewer.said.retain(|said| ids[said.lane].is_some());
    for said in &mut fewer.said {
        said.lane = ids[said.lane].expect("the others are gone");
    }
    fewer.lines.retain(|line| !names.contains(&line.lane));
    Ok(fewer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_concepts::{LaneExt, record, say};
    use std::time::Duration;
    use tokio::time::sleep;

    fn recorded() -> Chart {
        let run = record("naps", || async {
            let naps = ["A", "B"]
                .map(|name| tokio::spawn(async { sleep(Duration::from_secs(1)).await }.lane(name)));
            for nap in naps {
                nap.await.expect("it does not panic");
            }
        });
        run.chart()
    }

    #[test]
    fn what_is_left_out_leaves_the_others_as_they_were() {
        let all = recorded();
        let fewer = without(&all, &["main".to_owned()]).expect("main wakes none of them");
        let names: Vec<&str> = fewer.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(fewer.rows[1].spans, all.rows[2].spans);
        assert!(fewer.steps().tracks[0].steps.len() < all.steps().tracks[0].steps.len());
    }

    #[test]
    fn a_lane_waits_for_the_same_lane_as_before_by_its_new_number() {
        let run = record("inside", || async {
            drop(tokio::spawn(sleep(Duration::from_millis(1)).lane("short")));
            let inner = sleep(Duration::from_millis(10)).lane("inner");
            let outer = async {
                inner.await;
                say!("end");
            };
            outer.lane("outer").await;
        });
        let all = run.chart();
        let fewer = without(&all, &["short".to_owned()]).expect("it wakes no other lane");
        for chart in [&all, &fewer] {
            let of = |name: &str| chart.rows.iter().position(|row| row.name == name);
            let inner = of("inner");
            let outer = of("outer").expect("it is there");
            let spans = &chart.rows[outer].spans;
            let waits: Vec<_> = spans.iter().flat_map(|span| span.places.waits()).collect();
            assert!(waits.iter().any(|wait| wait.lane == inner), "{inner:?}: {waits:?}");
        }
    }

    #[test]
    fn a_lane_that_wakes_another_stays() {
        let error = without(&recorded(), &["A".to_owned()]).expect_err("it wakes main");
        assert_eq!(error, "`A` cannot be left out, for it wakes `main`");
        let error = without(&recorded(), &["C".to_owned()]).expect_err("there is none");
        assert_eq!(error, "there is no lane `C` to leave out");
    }
}
