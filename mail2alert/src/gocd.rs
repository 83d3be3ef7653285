//! What a build server says and means: stages, their events, and what a notification has to do with
//! the one before.
//!
//! A build server (here [GoCD](https://www.gocd.org)) says *failed*. Whether that is news, it does
//! not always say: a stage that fails after it passed *breaks*, one that passes after it failed is
//! *fixed*. So the relay remembers how each stage last ended, and must neither forget it too soon
//! nor learn it too early: see [`Stages`].
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    str::FromStr,
};

/// What happened to a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageEvent {
    /// It failed, and had passed before.
    Breaks,
    /// It was cancelled: it neither passed nor failed.
    Cancelled,
    /// It failed, as it did before.
    Fails,
    /// It passed, and had failed before.
    Fixed,
    /// It passed, as it did before.
    Passes,
}

impl StageEvent {
    /// All of them, in alphabetical order.
    pub const ALL: [StageEvent; 5] = [
        StageEvent::Breaks,
        StageEvent::Cancelled,
        StageEvent::Fails,
        StageEvent::Fixed,
        StageEvent::Passes,
    ];

    /// How a stage ended if this happened to it.
    pub fn ending(self) -> Option<StageOutcome> {
        match self {
            StageEvent::Passes | StageEvent::Fixed => Some(StageOutcome::Passed),
            StageEvent::Fails | StageEvent::Breaks => Some(StageOutcome::Failed),
            StageEvent::Cancelled => None,
        }
    }

    /// What an ending means after the one before it.
    fn of(ending: StageOutcome, before: StageOutcome) -> StageEvent {
        match (before, ending) {
            (StageOutcome::Passed, StageOutcome::Passed) => StageEvent::Passes,
            (StageOutcome::Passed, StageOutcome::Failed) => StageEvent::Breaks,
            (StageOutcome::Failed, StageOutcome::Passed) => StageEvent::Fixed,
            (StageOutcome::Failed, StageOutcome::Failed) => StageEvent::Fails,
        }
    }

    /// What really happened, if a notification says `self` and the stage ended like `before` the
    /// last time.
    ///
    /// History may turn *failed* into *breaks* and *passed* into *fixed*, but never the reverse.
    /// Without a history the notification is taken at its word.
    pub fn after(self, before: Option<StageOutcome>) -> StageEvent {
        let (Some(before), Some(ending)) = (before, self.ending()) else { return self };
        match StageEvent::of(ending, before) {
            news @ (StageEvent::Breaks | StageEvent::Fixed) => news,
            _ => self,
        }
    }
}

impl fmt::Display for StageEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StageEvent::Breaks => "BREAKS",
            StageEvent::Cancelled => "CANCELLED",
            StageEvent::Fails => "FAILS",
            StageEvent::Fixed => "FIXED",
            StageEvent::Passes => "PASSES",
        })
    }
}

impl FromStr for StageEvent {
    type Err = ();

    fn from_str(name: &str) -> Result<StageEvent, ()> {
        StageEvent::ALL.into_iter().find(|event| event.to_string() == name).ok_or(())
    }
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageOutcome {
    /// All its jobs passed.
    Passed,
    /// One of its jobs failed.
    Failed,
}

/// Which run of a stage: the counter of the pipeline, then that of the stage. Later runs are
/// greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageRun(pub u64, pub u64);

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StageId {
    /// The pipeline's name.
    pub pipeline: String,
    /// The stage's name.
    pub stage: String,
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pipeline, self.stage)
    }
}

/// What the subject of a notification says, as `Stage [pipeline/12/stage/1] failed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageReport {
    /// Which stage ended.
    pub stage: StageId,
    /// Which run of it, if the counters are numbers.
    pub run: Option<StageRun>,
    /// What the notification says that happened; what it means depends on the run before.
    pub told: StageEvent,
}

impl StageReport {
    /// Reads the subject of a mail. `None` if it does not report the end of a stage.
    pub fn parse(subject: &str) -> Option<StageReport> {
        let (_, rest) = subject.split_once("Stage [")?;
        let (place, told) = rest.split_once(']')?;
        let told = match told.trim() {
            "passed" => StageEvent::Passes,
            "failed" => StageEvent::Fails,
            "is broken" => StageEvent::Breaks,
            "is fixed" => StageEvent::Fixed,
            "is cancelled" => StageEvent::Cancelled,
            _ => return None,
        };
        let parts: Vec<&str> = place.split('/').collect();
        let [pipeline, pipeline_counter, stage, stage_counter] = parts[..] else { return None };
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let run = match (pipeline_counter.parse(), stage_counter.parse()) {
            (Ok(pipeline), Ok(stage)) => Some(StageRun(pipeline, stage)),
            _ => None,
        };
        Some(StageReport {
            stage: StageId { pipeline: pipeline.into(), stage: stage.into() },
            run,
            told,
        })
    }
}

/// That a run of a stage ended, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageEnd {
    /// Which stage.
    pub stage: StageId,
    /// Which run, if known.
    pub run: Option<StageRun>,
    /// How.
    pub ending: StageOutcome,
}

/// How the last runs of each stage ended, as far as that was acknowledged.
///
/// The original wrote this down while it read a notification. When the delivery failed afterwards,
/// the Notifyer tried again, and by then *failed* came after *failed*: no longer news, and a team
/// that had asked for news never heard of it. Here a report is only looked at with
/// [`event`](Stages::event), as often as need be, and written down with [`learn`](Stages::learn)
/// when it has been acknowledged. And since what is written down is how *each run* ended, a report
/// is judged by the run before it, and means the same for ever: if it is repeated because an
/// acknowledgement was lost, if a later run has been acknowledged meanwhile, or if the build server
/// sends one to each of its users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stages(HashMap<StageId, History>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct History {
    /// The last runs that have numbers, in their order.
    runs: BTreeMap<StageRun, StageOutcome>,
    /// The last one that has none.
    unnumbered: Option<StageOutcome>,
}

impl Stages {
    /// How many stages are remembered at most: subjects come from outside, and must not fill the
    /// memory.
    pub const CAPACITY: usize = 10_000;
    /// How many runs of each.
    pub const RUNS: usize = 8;

    /// What a report means, given what is known.
    pub fn event(&self, report: &StageReport) -> StageEvent {
        report.told.after(self.before(report))
    }

    /// How the stage ended before the run that is reported.
    fn before(&self, report: &StageReport) -> Option<StageOutcome> {
        let history = self.0.get(&report.stage)?;
        match report.run {
            Some(run) => history
                .runs
                .range(..run)
                .next_back()
                .map(|(_, ending)| *ending)
                .or(history.unnumbered),
            None => history.unnumbered.or_else(|| history.runs.values().next_back().copied()),
        }
    }

    /// What will have been learnt when the report has been acknowledged; `None` if that is nothing
    /// new.
    pub fn lesson(&self, report: &StageReport) -> Option<StageEnd> {
        let ended = StageEnd {
            stage: report.stage.clone(),
            run: report.run,
            ending: report.told.ending()?,
        };
        if self.knows(&ended) { None } else { Some(ended) }
    }

    fn knows(&self, ended: &StageEnd) -> bool {
        self.0.get(&ended.stage).is_some_and(|history| match ended.run {
            Some(run) => history.runs.get(&run) == Some(&ended.ending),
            None => history.unnumbered == Some(ended.ending),
        })
    }

    /// Remembers. Of more stages than [`Stages::CAPACITY`] nothing is remembered: their reports are
    /// taken at their word.
    pub fn learn(&mut self, ended: &StageEnd) {
        if self.0.len() >= Stages::CAPACITY && !self.0.contains_key(&ended.stage) {
            return;
        }
        let history = self.0.entry(ended.stage.clone()).or_default();
        match ended.run {
            Some(run) => {
                history.runs.insert(run, ended.ending);
                if history.runs.len() > Stages::RUNS {
                    history.runs.pop_first();
                }
            }
            None => history.unnumbered = Some(ended.ending),
        }
    }

    /// What of the build server's list is new. What was acknowledged counts more: the list may be
    /// older.
    pub fn news(&self, baseline: &[StageEnd]) -> Vec<StageEnd> {
        let is_news = |ended: &&StageEnd| match (self.0.get(&ended.stage), ended.run) {
            (None, _) => true,
            (Some(history), Some(run)) => !history.runs.contains_key(&run),
            (Some(history), None) => history.unnumbered.is_none() && history.runs.is_empty(),
        };
        baseline.iter().filter(is_news).cloned().collect()
    }

    /// All that is known, in no order of stages, but with the runs of each in their order.
    pub fn iter(&self) -> impl Iterator<Item = StageEnd> {
        self.0.iter().flat_map(|(stage, history)| {
            let unnumbered = history.unnumbered.iter().map(|ending| (None, *ending));
            let numbered = history.runs.iter().map(|(run, ending)| (Some(*run), *ending));
            unnumbered.chain(numbered).map(|(run, ending)| StageEnd {
                stage: stage.clone(),
                run,
                ending,
            })
        })
    }
}

/// Reads `cctray.xml`, the format in which build servers say how each stage last ended.
///
/// Each stage is a `Project` whose name is `pipeline :: stage`; a third part is a job, which is
/// left out. GoCD's `lastBuildLabel` is the pipeline's counter, and ` :: ` and the stage's counter
/// unless that is 1.
///
/// # Errors
/// A sentence, if it is not XML or not a list of projects.
pub fn parse_cctray(xml: &str) -> Result<Vec<StageEnd>, String> {
    let document = roxmltree::Document::parse(xml)
        .map_err(|error| format!("that is no cctray.xml: {error}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "Projects" {
        return Err(format!(
            "that is no cctray.xml, which begins with <Projects>, not <{}>",
            root.tag_name().name()
        ));
    }
    let projects = root.children().filter(|node| node.has_tag_name("Project"));
    Ok(projects.filter_map(|project| stage_of_project(&|name| project.attribute(name))).collect())
}

fn stage_of_project<'a>(attribute: &dyn Fn(&str) -> Option<&'a str>) -> Option<StageEnd> {
    let name: Vec<&str> = attribute("name")?.split("::").map(str::trim).collect();
    let [pipeline, stage] = name[..] else { return None };
    let ending = match attribute("lastBuildStatus")? {
        "Success" => StageOutcome::Passed,
        "Failure" => StageOutcome::Failed,
        _ => return None,
    };
    let label: Vec<&str> =
        attribute("lastBuildLabel").unwrap_or_default().split("::").map(str::trim).collect();
    let run = match label[..] {
        [pipeline] => pipeline.parse().ok().map(|pipeline| StageRun(pipeline, 1)),
        [pipeline, stage] => pipeline
            .parse()
            .ok()
            .zip(stage.parse().ok())
            .map(|(pipeline, stage)| StageRun(pipeline, stage)),
        _ => None,
    };
    Some(StageEnd {
        stage: StageId { pipeline: pipeline.into(), stage: stage.into() },
        run,
        ending,
    })
}

/// Which pipelines belong to which group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PipelineGroups(Vec<Group>);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Group {
    /// As the rules call it.
    name: String,
    /// The pipelines that belong to it.
    pipelines: Vec<Pipeline>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Pipeline {
    /// As a notification calls it.
    name: String,
}

impl PipelineGroups {
    /// Reads what the build server answers: a JSON list of groups, each with its `name` and its
    /// `pipelines`.
    ///
    /// # Errors
    /// A sentence, if it is something else. A server without groups answers with an empty list.
    pub fn parse(json: &[u8]) -> Result<PipelineGroups, String> {
        serde_json::from_slice(json)
            .map_err(|error| format!("that is no list of pipeline groups: {error}"))
    }

    /// Whether a group has a pipeline of this name. A group that does not exist has none.
    pub fn has(&self, group: &str, pipeline: &str) -> bool {
        let groups = self.0.iter().filter(|candidate| candidate.name == group);
        groups.flat_map(|group| &group.pipelines).any(|candidate| candidate.name == pipeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use StageOutcome::{Failed, Passed};

    fn report(subject: &str) -> StageReport {
        StageReport::parse(subject)
            .unwrap_or_else(|| panic!("{subject:?} reports the end of a stage"))
    }

    fn stage(pipeline: &str, stage: &str) -> StageId {
        StageId { pipeline: pipeline.into(), stage: stage.into() }
    }

    #[test]
    fn a_subject_says_which_run_of_which_stage_ended_how() {
        for (text, told) in [
            ("passed", StageEvent::Passes),
            ("failed", StageEvent::Fails),
            ("is broken", StageEvent::Breaks),
            ("is fixed", StageEvent::Fixed),
            ("is cancelled", StageEvent::Cancelled),
        ] {
            let report = report(&format!("Stage [build/12/unit tests/3] {text}"));
            assert_eq!(
                report,
                StageReport {
                    stage: stage("build", "unit tests"),
                    run: Some(StageRun(12, 3)),
                    told
                }
            );
        }
        assert_eq!(
            report("[go] Stage [b/1.2-rc/s/1] failed ").run,
            None,
            "a counter that is not a number"
        );
    }

    #[test]
    fn what_does_not_report_the_end_of_a_stage_is_no_report() {
        for subject in [
            "",
            "Server Backup Failed",
            "Stage [a/1/b/1]",
            "Stage [a/1/b/1] exploded",
            "Stage [a/1/b] failed",
            "Stage [a/1/b/1/c] failed",
            "Stage [/1/b/1] failed",
            "Stage [a/1/b/1 failed",
        ] {
            assert_eq!(StageReport::parse(subject), None, "{subject:?}");
        }
    }

    #[test]
    fn history_makes_news_and_never_makes_news_old() {
        let table = [
            // told, before, meant
            (StageEvent::Fails, None, StageEvent::Fails),
            (StageEvent::Fails, Some(Passed), StageEvent::Breaks),
            (StageEvent::Fails, Some(Failed), StageEvent::Fails),
            (StageEvent::Breaks, None, StageEvent::Breaks),
            (StageEvent::Breaks, Some(Passed), StageEvent::Breaks),
            (StageEvent::Breaks, Some(Failed), StageEvent::Breaks),
            (StageEvent::Passes, None, StageEvent::Passes),
            (StageEvent::Passes, Some(Passed), StageEvent::Passes),
            (StageEvent::Passes, Some(Failed), StageEvent::Fixed),
            (StageEvent::Fixed, None, StageEvent::Fixed),
            (StageEvent::Fixed, Some(Passed), StageEvent::Fixed),
            (StageEvent::Fixed, Some(Failed), StageEvent::Fixed),
            (StageEvent::Cancelled, None, StageEvent::Cancelled),
            (StageEvent::Cancelled, Some(Passed), StageEvent::Cancelled),
            (StageEvent::Cancelled, Some(Failed), StageEvent::Cancelled),
        ];
        for (told, before, meant) in table {
            assert_eq!(told.after(before), meant, "{told} after {before:?}");
        }
    }

    fn ended(pipeline: &str, name: &str, run: Option<StageRun>, ending: StageOutcome) -> StageEnd {
        StageEnd { stage: stage(pipeline, name), run, ending }
    }

    /// Stages of which these reports have been acknowledged.
    fn acknowledged<const N: usize>(subjects: [&str; N]) -> Stages {
        let mut stages = Stages::default();
        for subject in subjects {
            if let Some(ended) = stages.lesson(&report(subject)) {
                stages.learn(&ended);
            }
        }
        stages
    }

    #[test]
    fn the_same_report_means_the_same_before_and_after_it_was_acknowledged() {
        let failed = report("Stage [p/2/s/1] failed");
        let before = acknowledged(["Stage [p/1/s/1] passed"]);
        assert_eq!(before.event(&failed), StageEvent::Breaks);
        let after = acknowledged(["Stage [p/1/s/1] passed", "Stage [p/2/s/1] failed"]);
        assert_eq!(
            after.event(&failed),
            StageEvent::Breaks,
            "it is still about the run that broke"
        );
        assert_eq!(after.lesson(&failed), None, "and teaches nothing more");
        assert_eq!(
            after.event(&report("Stage [p/3/s/1] failed")),
            StageEvent::Fails,
            "the next run did not break it"
        );
        assert_eq!(
            after.event(&report("Stage [p/2/s/2] passed")),
            StageEvent::Fixed,
            "the stage alone was run again"
        );
    }

    #[test]
    fn a_report_is_judged_by_the_run_before_it_also_when_later_ones_were_acknowledged() {
        let stages = acknowledged([
            "Stage [p/1/s/1] passed",
            "Stage [p/3/s/1] failed",
            "Stage [p/4/s/1] passed",
        ]);
        assert_eq!(stages.event(&report("Stage [p/2/s/1] failed")), StageEvent::Breaks);
        assert_eq!(stages.event(&report("Stage [p/5/s/1] failed")), StageEvent::Breaks);
        let late = acknowledged(["Stage [p/3/s/1] passed", "Stage [p/2/s/1] failed"]);
        assert_eq!(
            late.event(&report("Stage [p/4/s/1] passed")),
            StageEvent::Passes,
            "time is not turned back"
        );
        assert_eq!(
            late.event(&report("Stage [p/1/s/1] failed")),
            StageEvent::Fails,
            "nothing is known before: at its word"
        );
    }

    #[test]
    fn runs_without_numbers_are_judged_by_what_came_last() {
        let stages = acknowledged(["Stage [p/a/s/1] passed"]);
        assert_eq!(stages.event(&report("Stage [p/b/s/1] failed")), StageEvent::Breaks);
        let stages = acknowledged(["Stage [p/a/s/1] passed", "Stage [p/b/s/1] failed"]);
        assert_eq!(stages.event(&report("Stage [p/c/s/1] failed")), StageEvent::Fails);
        assert_eq!(stages.lesson(&report("Stage [p/c/s/1] is cancelled")), None);
    }

    #[test]
    fn cctray_says_how_stages_ended_and_skips_jobs() {
        let xml = r#"<?xml version="1.0" encoding="utf-8"?><Projects>
            <Project name="p :: s" activity="Sleeping" lastBuildStatus="Failure" lastBuildLabel="12"
                lastBuildTime="2017-04-19T10:42:11"/>
            <Project name="p :: s :: job" lastBuildStatus="Success" lastBuildLabel="12"/>
            <Project name="p :: t" lastBuildStatus="Success" lastBuildLabel="12 :: 2"/>
            <Project name="p :: u" lastBuildStatus="Success" lastBuildLabel="release-12"/>
            <Project name="p :: v" lastBuildStatus="Unknown" lastBuildLabel="1"/></Projects>"#;
        assert_eq!(
            parse_cctray(xml).expect("it is well-formed"),
            [
                ended("p", "s", Some(StageRun(12, 1)), Failed),
                ended("p", "t", Some(StageRun(12, 2)), Passed),
                ended("p", "u", None, Passed),
            ]
        );
        for garbage in [
            "",
            "<html>",
            "<Projects>",
            "<Login/>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><Projects>&b;</Projects>",
        ] {
            assert!(parse_cctray(garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn the_baseline_adds_what_was_not_acknowledged() {
        let mut stages = acknowledged(["Stage [p/5/s/1] failed"]);
        let news = |stages: &Stages, run| stages.news(&[ended("p", "s", run, Passed)]).len();
        assert_eq!(
            (news(&stages, Some(StageRun(5, 1))), news(&stages, None)),
            (0, 0),
            "what was acknowledged counts more"
        );
        assert_eq!(news(&stages, Some(StageRun(6, 1))), 1, "it ended so while we were away");
        stages.learn(&ended("p", "s", Some(StageRun(6, 1)), Failed));
        // The build server tells the world before it tells us. That is no reason to take its news
        // for old.
        assert_eq!(stages.event(&report("Stage [p/6/s/1] passed")), StageEvent::Fixed);
        assert_eq!(stages.event(&report("Stage [p/7/s/1] failed")), StageEvent::Fails);
        let unnumbered = ended("q", "s", None, Passed);
        assert_eq!(stages.news(std::slice::from_ref(&unnumbered)).len(), 1);
        stages.learn(&unnumbered);
        assert_eq!(
            stages.event(&report("Stage [q/7/s/1] failed")),
            StageEvent::Breaks,
            "it has another kind of label"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut stages = Stages::default();
        for run in 0..100 {
            stages.learn(&ended("p", "s", Some(StageRun(run, 1)), Failed));
        }
        assert_eq!(stages.iter().count(), Stages::RUNS);
        assert_eq!(
            stages.iter().last(),
            Some(ended("p", "s", Some(StageRun(99, 1)), Failed)),
            "the last ones"
        );
        for pipeline in 0..2 * Stages::CAPACITY {
            stages.learn(&ended(&pipeline.to_string(), "s", None, Failed));
        }
        assert_eq!(stages.0.len(), Stages::CAPACITY);
    }

    #[test]
    fn groups_are_lists_and_nothing_else() {
        let json = br#"[{"name":"a","pipelines":[{"name":"p","label":"x"}],"extra":1},
            {"name":"b","pipelines":[]}]"#;
        let groups = PipelineGroups::parse(json).expect("it is a list of groups");
        assert!(groups.has("a", "p"));
        for (group, pipeline) in [("a", "q"), ("b", "p"), ("c", "p"), ("", "")] {
            assert!(!groups.has(group, pipeline), "{group} has {pipeline}");
        }
        assert_eq!(PipelineGroups::parse(b"[]"), Ok(PipelineGroups::default()));
        for garbage in
            ["", "null", "{}", "<html>", r#"[{"name":"a"}]"#, r#"[{"pipelines":[]}]"#, "[", "[] []"]
        {
            assert!(PipelineGroups::parse(garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
