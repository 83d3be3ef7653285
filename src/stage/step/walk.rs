//! A place in an example: in which scene, and after which of the polls of its run.
use crate::timeline::{Chart, Step, SteppedRun};

/// The runs of an example, and a place in them.
pub(in crate::stage) struct Walk {
    /// One run of each scene, with at least one step. The runs that `--schedules` and
    /// `--cancellations` keep of a scene count as one scene each.
    runs: Vec<SteppedRun>,
    /// The source of the example, whose lines the steps name.
    source: Vec<&'static str>,
    /// Which scene, counted from 0.
    scene: usize,
    /// Which step of that scene, counted from 0.
    step: usize,
}

/// Where to go from a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// To the next poll, and after the last one to the next scene.
    On,
    /// To the poll before, and before the first one to the scene before.
    Back,
    /// To the first poll of this scene.
    First,
    /// To the last poll of this scene.
    Last,
    /// To the first poll of the next scene.
    NextScene,
    /// To the first poll of the scene before.
    SceneBefore,
}

impl Walk {
    /// Begins at the first poll of the first scene. `None` if nothing was polled in any of them.
    ///
    /// `source` is that of the file in which the scenes are, if it is known.
    pub(in crate::stage) fn new(charts: &[Chart], source: Option<&'static str>) -> Option<Walk> {
        let mut runs = vec![];
        for chart in charts {
            let run = chart.steps();
            if !run.tracks[0].steps.is_empty() {
                runs.push(run);
            }
        }
        if runs.is_empty() { None } else { Some(Walk::through(runs, source.unwrap_or_default())) }
    }

    /// Begins at the first of these steps. There is at least one in each run.
    pub(super) fn through(runs: Vec<SteppedRun>, source: &'static str) -> Walk {
        Walk { runs, source: source.lines().collect(), scene: 0, step: 0 }
    }

    /// Goes there, or stays where it is if there is no step to go to.
    pub(super) fn go(&mut self, to: Move) {
        let last = self.steps().len() - 1;
        match to {
            // `On` and `Back` stay within the scene as long as they can. So these two arms come
            // before those that lead to another scene.
            Move::On if self.step < last => self.step += 1,
            Move::Back if self.step > 0 => self.step -= 1,
            Move::Back if self.scene > 0 => {
                self.scene -= 1;
                self.step = self.steps().len() - 1;
            }
            Move::On | Move::NextScene if self.scene + 1 < self.runs.len() => {
                self.scene += 1;
                self.step = 0;
            }
            Move::SceneBefore if self.scene > 0 => {
                self.scene -= 1;
                self.step = 0;
            }
            Move::First => self.step = 0,
            Move::Last => self.step = last,
            // A key that leads nowhere does nothing; a bell would only disturb a talk.
            Move::On | Move::Back | Move::NextScene | Move::SceneBefore => {}
        }
    }

    /// The run of this scene.
    pub(super) fn run(&self) -> &SteppedRun {
        &self.runs[self.scene]
    }

    /// The number of this scene, counted from 1, and how many there are.
    pub(super) fn scene(&self) -> (usize, usize) {
        (self.scene + 1, self.runs.len())
    }

    /// The number of this step, counted from 1, and how many the scene has.
    pub(super) fn number(&self) -> (usize, usize) {
        (self.step + 1, self.steps().len())
    }

    /// The poll, and what there is after it.
    pub(super) fn step(&self) -> &Step {
        &self.steps()[self.step]
    }

    /// The polls of the scene up to this one.
    pub(super) fn past(&self) -> &[Step] {
        &self.steps()[..=self.step]
    }

    /// The polls in Rust: the first track. A twin's are not shown here.
    fn steps(&self) -> &[Step] {
        &self.run().tracks[0].steps
    }

    /// A line of the source, counted from 1, without the spaces around it; empty if the source has
    /// no such line, or is not known.
    pub(super) fn line(&self, number: u32) -> &'static str {
        let Some(index) = (number as usize).checked_sub(1) else { return "" };
        match self.source.get(index) {
            Some(line) => line.trim(),
            None => "",
        }
    }

    /// The whole source.
    pub(super) fn source(&self) -> &[&'static str] {
        &self.source
    }

    /// For each lane the line at which it stands.
    pub(super) fn stands(&self) -> Vec<Option<u32>> {
        // Steps say only what has changed, so all of them up to here are put together.
        let mut stands = vec![None; self.run().lanes.len()];
        for step in self.past() {
            for (lane, line) in &step.stands {
                stands[*lane] = *line;
            }
        }
        stands
    }

    /// The line to look at: where the lane waits now, or else where it went on, or else where it
    /// printed. A poll with none of these leaves the line of the poll before it. `None` as long as
    /// no poll had one.
    pub(super) fn focus(&self) -> Option<u32> {
        for step in self.past().iter().rev() {
            // What a poll printed last is nearer to where it stopped than what came before.
            let printed = step.says.iter().rev().find_map(|(_, _, line)| *line);
            if let Some(line) = step.stop.or(step.resumed).or(printed) {
                return Some(line);
            }
        }
        None
    }
}
