//! A recording as data: written down as JSON, and read back.
//!
//! What is written is documented at [`to_json`], for programs that read it.
use super::{
    chart::{Chart, End, Position, Row, State, Until},
    places::Places,
};
use crate::timeline::{LaneId, clean};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the format that is written, and the only one that is read.
pub const JSON_VERSION: u32 = 1;

/// The whole file.
#[derive(Serialize, Deserialize)]
struct Document<C> {
    /// First, so that a person who opens the file sees it at once.
    version: u32,
    /// Generic, so that one type both borrows charts to write them and owns those it has read.
    charts: C,
}

/// The part that is read first: a file of another version may differ in everything else.
#[derive(Deserialize)]
struct Version {
    /// Compared with [`JSON_VERSION`] before anything else is read.
    version: u32,
}

/// Why a text cannot be read as a recording.
#[derive(Debug)]
pub enum JsonError {
    /// It is not JSON, or not of this form.
    Syntax(serde_json::Error),
    /// It is of another version.
    Version(u32),
    /// It cannot be drawn: it refers to a lane or to a position that it does not have, or its
    /// instants or the spans of a lane are not in order.
    Broken(String),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Syntax(error) => write!(f, "this is no recording: {error}"),
            JsonError::Version(version) => write!(
                f,
                "this recording is of version {version}; only version {JSON_VERSION} can be read"
            ),
            JsonError::Broken(what) => write!(f, "this recording is broken: {what}"),
        }
    }
}

impl std::error::Error for JsonError {}

/// Writes charts down, each a scene of one program. The same charts give the same bytes. It is what
/// `--json FILE` of an example writes.
///
/// # The format
///
/// ```json
/// { "version": 1, "charts": [ … ] }
/// ```
///
/// Each chart is one scene, with the fields of [`Chart`] under their names. In all of them
///
/// - a time is a whole number of nanoseconds since the run began;
/// - a lane is an index into `rows`, and 0 is `main`;
/// - a position is `{"instant": I, "column": C}`, with an index into `instants` and the number of
///   polls that had begun at that instant; two spans that follow each other share a position;
/// - a state is one of `"lazy"`, `"running"`, `"running_unwoken"`, `"blocking"`, `"moved_clock"`,
///   `"on_thread"`, `"ready"`, `"woken_not_polled"`, `"between_items"`, and `{"waiting": U}`, where
///   `U` says what ended the wait: `"clock"`, `{"lane": L}`, `"outside"`, `"yield"`, `"unwoken"`,
///   `"dropped"`, `"run_over"`;
/// - `nth`, `made_nth` and `ended_nth` are the numbers of events, counted from 0: what shares a
///   position happened in the order of these numbers;
/// - a wake is `passed_on` if the lane that is said to wake was itself woken, and is polled inside
///   the one that it wakes; it `cancels` if an event loop of the program's own gives the lane an
///   error by it;
/// - `places` say where a lane waits: `null`, or an object with two fields. `registered` is
///   `"now"`, `"earlier"`, `"kept"` (the lane may be at another line since, and waits for the
///   same), `"or_after"` (it may have gone on since), `"never"` or `"unknown"`. `waits` is a list
///   of places; if one of them has `"or_after": true`, the lane may have gone on from this place to
///   one that follows in the list; with `"by_hand": true` it handles its waker there in a `poll` by
///   hand, which the next poll enters at the top; with `"of_a_loop": true` its `lane` is a task of
///   an event loop that runs there, and is not waited for; with `"handles": N` the lane awaits `N`
///   tasks there at once; with `"timer": true` it is registered with a timer of tokio's there; with
///   `"in_timeout": true` its `lane` is polled by a `timeout` that owns it;
/// - a row with `"own_task": true` is a task of its own, although another lane polls it; one with
///   `"own_thread": true` is a closure that was handed over to a thread; one with `"called_off":
///   true` is a callback that was cancelled before it was called, or, with `"removed": true`, was
///   removed from its future; `panicked_at`, if it is there, is the place in its code at which it
///   has panicked;
/// - a poll with `ended_nth` ended with the event of this number; a wake with `fired` is one by a
///   timer on the real clock, which fired at that time, as it was measured;
/// - `polled_at`, if it is there, has the place at which another lane makes this poll; `blocks`, if
///   it is there, are the calls of `block` in this poll: where each has returned, and its place;
/// - `calls`, if they are there, are those of an event loop of the program's own: when each was
///   queued and made, and when its timer is due; one with `step_of` is a step of a task: of the
///   `"main"` one, until whose end a lane runs the loop, or of an `"other"`; one with `added_by` is
///   a done callback that this function of the loop's own library has added, and has no lane;
/// - `awaits`, if it is there, says for which tasks of such a loop the lane waits that runs the
///   loop; each entry holds until the next one of that lane; its `places`, if they are there, say
///   where the coroutine waits until whose end the lane runs the loop; with `"in_a_run": true` the
///   lane runs the loop until something is done, which a plain future may be; an entry of a lane
///   that runs no loop holds until the next poll of that lane: the tasks are awaited in it;
/// - `loop_ends`, if it is there, says what ends the runs of such a loop: where, by which lane, and
///   whether it was `"stopped"`, or has found that it is `"idle"`;
/// - an end is `"finished"`, `{"cancelled": {"by": L, "aborted": B}}`,
///   `"returned_cancelled"`, `{"failed": TEXT}`, `{"panicked": TEXT}` or `"unfinished"`;
/// - `verdict` is the sentence that says why the run has no result (it did not end by itself, or
///   `main` panicked), or `null`; `remarks` has what else is to be said of the run;
/// - `variant`, if it is there, says of which other chart this one is a variant, by its title.
///
/// The version grows when something that was there changes its meaning or goes. New fields do not
/// change it: a program that reads a file skips the fields that it does not know.
pub fn to_json(charts: &[Chart]) -> String {
    let document = Document { version: JSON_VERSION, charts };
    serde_json::to_string(&document).expect("JSON has all that is in a chart")
}

/// Reads back what [`to_json`] wrote.
///
/// # Errors
/// If the text is not of this form or of another version; or if a chart in it could not be drawn:
/// it refers to something that it does not have, or is not in the order of time.
pub fn from_json(text: &str) -> Result<Vec<Chart>, JsonError> {
    // The version first: for a file of another version, any other error would only confuse.
    let version: Version = serde_json::from_str(text).map_err(JsonError::Syntax)?;
    if version.version != JSON_VERSION {
        return Err(JsonError::Version(version.version));
    }
    let mut document: Document<Vec<Chart>> =
        serde_json::from_str(text).map_err(JsonError::Syntax)?;
    for chart in &mut document.charts {
        clean_texts(chart);
        check(chart).map_err(JsonError::Broken)?;
    }
    Ok(document.charts)
}

/// Any program may have written the file, so its texts are cleaned as those of a run are.
fn clean_texts(chart: &mut Chart) {
    chart.title = clean::name(&chart.title);
    if let Some(variant) = &mut chart.variant {
        variant.of = clean::name(&variant.of);
    }
    for function in chart.calls.iter_mut().filter_map(|call| call.added_by.as_mut()) {
        *function = clean::name(function);
    }
    for sentence in chart.verdict.iter_mut().chain(&mut chart.remarks) {
        *sentence = clean::text(sentence);
    }
    for row in &mut chart.rows {
        row.name = clean::name(&row.name);
        if let Some(place) = &mut row.panicked_at {
            place.file = clean::name(&place.file);
        }
        for span in &mut row.spans {
            span.places.clean();
            span.stopped.clean();
            span.polled_at.clean();
            for block in &mut span.blocks {
                block.places.clean();
            }
        }
        if let End::Failed(message) | End::Panicked(message) = &mut row.end.1 {
            *message = clean::text(message);
        }
    }
    for awaits in &mut chart.awaits {
        awaits.places.clean();
    }
    for said in &mut chart.said {
        said.text = clean::text(&said.text);
        if let Some(place) = &mut said.place {
            place.file = clean::name(&place.file);
        }
    }
    for line in &mut chart.lines {
        line.lane = clean::name(&line.lane);
        line.text = clean::text(&line.text);
    }
}

/// Checks what all renderers rely on: that each lane and each position to which the chart refers is
/// there, and that instants and spans are in the order of time.
fn check(chart: &Chart) -> Result<(), String> {
    if chart.instants.is_empty() || chart.rows.is_empty() {
        return Err(format!("{} has no instant or no lane", chart.title));
    }
    // A time between two positions is a difference, and must not be negative.
    if !chart.instants.is_sorted_by_key(|instant| instant.at) {
        return Err("its instants are not in order".into());
    }
    for row in &chart.rows {
        check_row(chart, row)?;
    }
    for wake in &chart.wakes {
        check_position(chart, wake.at)?;
        check_lane(chart, wake.from)?;
        check_lane(chart, wake.to)?;
    }
    for hold in chart.threads.iter().flatten() {
        check_position(chart, hold.from)?;
        check_position(chart, hold.to)?;
        check_lane(chart, hold.lane)?;
    }
    for said in &chart.said {
        check_position(chart, said.at)?;
        check_lane(chart, said.lane)?;
    }
    for call in &chart.calls {
        let set = call.timer.map(|timer| timer.set);
        for turn in [set, call.asked, call.queued, call.over].into_iter().flatten() {
            check_position(chart, turn.at)?;
            check_lane(chart, turn.by)?;
        }
        if let Some(lane) = call.lane {
            check_lane(chart, lane)?;
        }
    }
    for (turn, _) in &chart.loop_ends {
        check_position(chart, turn.at)?;
        check_lane(chart, turn.by)?;
    }
    for awaits in &chart.awaits {
        check_position(chart, awaits.from.at)?;
        for lane in [&awaits.from.by].into_iter().chain(&awaits.lanes) {
            check_lane(chart, *lane)?;
        }
        for lane in awaits.places.waits().iter().filter_map(|wait| wait.lane) {
            check_lane(chart, lane)?;
        }
    }
    Ok(())
}

fn check_row(chart: &Chart, row: &Row) -> Result<(), String> {
    let mut until = Position::default();
    for span in &row.spans {
        check_position(chart, span.from)?;
        check_position(chart, span.to)?;
        if span.to <= span.from {
            return Err(format!("a span of {} does not end after it begins", row.name));
        }
        if span.from < until {
            return Err(format!("the spans of {} are not in order", row.name));
        }
        until = span.to;
        if let State::Waiting(Until::Lane(by)) = span.state {
            check_lane(chart, by)?;
        }
        if let Some(woken) = span.woken {
            check_position(chart, woken.at)?;
            if let Until::Lane(by) = woken.by {
                check_lane(chart, by)?;
            }
        }
        let mut places = vec![&span.places, &span.stopped, &span.polled_at];
        for block in &span.blocks {
            check_position(chart, block.until)?;
            places.push(&block.places);
        }
        for wait in places.into_iter().flat_map(Places::waits) {
            if let Some(other) = wait.lane {
                check_lane(chart, other)?;
            }
        }
    }
    check_position(chart, row.ends_at())?;
    if let End::Cancelled { by: Some(by), .. } = row.how_it_ended() {
        check_lane(chart, *by)?;
    }
    for owner in &row.polled_before {
        check_position(chart, owner.until)?;
    }
    for other in row.owners().chain(row.parent) {
        check_lane(chart, other)?;
    }
    Ok(())
}

fn check_lane(chart: &Chart, lane: LaneId) -> Result<(), String> {
    if lane < chart.rows.len() { Ok(()) } else { Err(format!("there is no lane {lane}")) }
}

fn check_position(chart: &Chart, pos: Position) -> Result<(), String> {
    match chart.instants.get(pos.instant) {
        // A position is an edge, and columns are counted from 0: the number of polls itself is
        // right, too, and is the edge after the last poll.
        Some(instant) if pos.column <= instant.columns => Ok(()),
        _ => Err(format!("there is no position {pos:?}")),
    }
}
