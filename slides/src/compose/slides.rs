//! Makes slides of what was found and recorded.
//!
//! Read it after `find`; next is `time`. The blocks of a slide are drafted first, without sizes.
//! Then they are placed. A slide that is too full for one becomes two: the first has the code and
//! the question, and on the second the run is played, beside less code.
use super::{
    Run, Shown,
    find::{Sources, took},
    time::{planned, seconds},
};
use crate::{
    deck::{self, Block, DeckError, Kind, Language, SceneOf, Slide},
    examples::{Examples, Executables, Recordings, Scene},
    piece::{Listing, Piece, Printed},
    place::{self, Draft, Drafted, First, Parts, Second},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Makes the slides, one after the other.
pub(super) struct Composer<'a> {
    /// All examples that cargo knows, for the command that runs one.
    pub(super) examples: &'a Examples,
    /// What the examples recorded, also for an earlier deck.
    pub(super) recordings: &'a Recordings,
    /// The code of all slides.
    pub(super) sources: Sources,
    /// The examples, built.
    pub(super) executables: Executables,
    /// All topics, for agendas.
    pub(super) topics: Vec<String>,
}

/// Two slides in place of one that is too full.
struct Halves {
    /// What the first shows: code and question.
    asked: Vec<Drafted>,
    /// The same, placed.
    first: Vec<Piece>,
    /// What the second shows: less code, the run, and the answer.
    played: Vec<Drafted>,
    /// The same, placed.
    second: Vec<Piece>,
}

impl Composer<'_> {
    /// A slide; or two, if it shows too much for one.
    pub(super) fn slides(&self, mut slide: Slide, errors: &mut Vec<DeckError>) -> Vec<Shown> {
        for block in &mut slide.blocks {
            self.say_what_it_took(block, errors);
        }
        let run = self.button(&slide, errors);
        let mut drafted = self.drafted(&slide, errors);
        if place::leaves_its_question_open(&drafted) {
            drafted = place::without_comments(drafted);
        }
        let codes: Vec<Listing> = place::codes(&drafted).cloned().collect();
        let mut misfits = vec![];
        for drafted in ways_to_be_one(&drafted) {
            let mut wrong = vec![];
            let pieces = place::place(&slide, drafted.clone(), &mut wrong);
            if wrong.is_empty() {
                return vec![shown(slide, &drafted, pieces, codes, run)];
            }
            if misfits.is_empty() {
                misfits = wrong;
            }
        }
        let Halves { asked, first, played, second } = match halves(&slide, &drafted) {
            Ok(halves) => halves,
            Err(others) => {
                errors.extend(if misfits.is_empty() { others } else { misfits });
                return vec![];
            }
        };
        let ask = Slide { half_minutes: 0, ..slide.clone() };
        let mut first = shown(ask, &asked, first, codes.clone(), None);
        let mut second = shown(slide, &played, second, codes, run);
        second.goes_on();
        // The minutes are those of both: on the first slide the code is read.
        first.seconds.talk = second.seconds.talk / 2;
        second.seconds.talk -= first.seconds.talk;
        vec![first, second]
    }

    /// The button of a slide, if it has one.
    fn button(&self, slide: &Slide, errors: &mut Vec<DeckError>) -> Option<Run> {
        for block in &slide.blocks {
            let Kind::Run(example, seconds) = &block.kind else { continue };
            match self.run(example, *seconds) {
                Ok(run) => return Some(run),
                Err(what) => errors.push(DeckError { line: block.line, what }),
            }
        }
        None
    }

    /// The blocks of a slide, without sizes. A button is none of them: it stands in the footer.
    fn drafted(&self, slide: &Slide, errors: &mut Vec<DeckError>) -> Vec<Drafted> {
        let mut drafted: Vec<Drafted> = vec![];
        for block in &slide.blocks {
            let line = block.line;
            match self.draft(slide, block, &mut drafted) {
                Ok(Some(draft)) => drafted.push(Drafted { line, draft }),
                Ok(None) => {} // it has become a part of a block before it, or is the button
                Err(what) => errors.push(DeckError { line, what }),
            }
        }
        drafted
    }

    /// What a block shows. The second of two pieces of code joins the first, and an answer its
    /// question.
    fn draft(
        &self,
        slide: &Slide,
        block: &Block,
        before: &mut [Drafted],
    ) -> Result<Option<Draft>, String> {
        let draft = match &block.kind {
            Kind::Code(_) => {
                let code = self.sources[&block.line].clone();
                if let Some(Drafted { draft: Draft::Codes(codes), .. }) = before.last_mut()
                    && (codes.len() == 1 || code.on == deck::Halves::Played)
                {
                    codes.push(code);
                    return Ok(None);
                }
                Draft::Codes(vec![code])
            }
            Kind::Prose(text) => Draft::Prose(text.clone()),
            Kind::Question(text) => Draft::Asked { question: Some(text.clone()), answer: None },
            Kind::Answer(text) => {
                for drafted in before {
                    if let Draft::Asked { answer: answer @ None, .. } = &mut drafted.draft {
                        *answer = Some(text.clone());
                        return Ok(None);
                    }
                }
                Draft::Asked { question: None, answer: Some(text.clone()) }
            }
            Kind::Timeline(of, without) => Draft::Timeline(self.timeline(of, without)?),
            Kind::Output(of, lane) => Draft::Output(self.output(of, lane.as_deref())?),
            Kind::Drawn(drawing) => Draft::Picture(drawing.clone()),
            Kind::Agenda => {
                let mut topics = vec![];
                for topic in &self.topics {
                    topics.push((topic.clone(), slide.opens && *topic == slide.topic));
                }
                Draft::Agenda(topics)
            }
            Kind::Run(..) => return Ok(None),
            Kind::Table(_) | Kind::Rows(_) | Kind::Bars(_) | Kind::Picture(_) | Kind::Queue => {
                unreachable!("it was read or drawn before")
            }
        };
        Ok(Some(draft))
    }

    /// A recorded scene.
    fn scene(&self, of: &SceneOf) -> Result<Arc<Scene>, String> {
        let recorded = self.recordings.get(&self.executables, &of.example)?;
        let mut titles = vec![];
        for scene in &recorded.scenes {
            if of.scene.as_ref() == Some(&scene.chart.title) {
                return Ok(scene.clone());
            }
            titles.push(scene.chart.title.as_str());
        }
        let titles = titles.join(", ");
        match (&of.scene, &recorded.scenes[..]) {
            (None, [only]) => Ok(only.clone()),
            (Some(title), _) => {
                Err(format!("`{}` has no scene `{title}`, but: {titles}", of.example))
            }
            (None, _) => Err(format!("which scene of `{}`? It has: {titles}", of.example)),
        }
    }

    /// The scene of a timeline. It must be the same in each run, and all of it must fit into a
    /// picture.
    fn timeline(&self, of: &SceneOf, without: &[String]) -> Result<Arc<Scene>, String> {
        let mut scene = self.scene(of)?;
        if !without.is_empty() {
            scene = Arc::new(scene.without(without)?);
        }
        if !scene.is_exact() {
            return Err(format!(
                "`{}` runs on the real clock, so its timeline is another one each time; \
                 show its output",
                of.example
            ));
        }
        if !place::draw(&scene, place::WIDEST).left_out.is_empty() {
            return Err(format!(
                "the timeline of `{}` is too wide: not all of it can be drawn",
                of.example
            ));
        }
        Ok(scene)
    }

    /// What a scene printed, or one lane of it.
    fn output(&self, of: &SceneOf, lane: Option<&str>) -> Result<Printed, String> {
        let mut printed = Printed::of(&*self.scene(of)?);
        if let Some(lane) = lane {
            printed.lines.retain(|line| line.lane == lane);
            if printed.lines.is_empty() {
                return Err(format!("`{lane}` says nothing in `{}`", of.example));
            }
        }
        Ok(printed)
    }

    /// Puts the recorded times where `{{took …}}` stands.
    fn say_what_it_took(&self, block: &mut Block, errors: &mut Vec<DeckError>) {
        let (Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text)) = &mut block.kind
        else {
            return;
        };
        let mut said = text.clone();
        for (whole, name) in took(text) {
            let what = match self.scene(&SceneOf::parse(name)) {
                Ok(scene) if scene.is_exact() => {
                    said = said.replace(whole, &scene.took());
                    continue;
                }
                Ok(_) => {
                    format!("`{name}` runs on the real clock, and takes another time each time")
                }
                Err(what) => what,
            };
            errors.push(DeckError { line: block.line, what });
        }
        *text = said;
    }

    /// The run of an example. `said` is how many seconds the deck says that it takes.
    fn run(&self, name: &str, said: Option<u64>) -> Result<Run, String> {
        let recorded = self.recordings.get(&self.executables, name)?;
        let several = recorded.scenes.len() > 1;
        let mut printed = vec![];
        let mut takes = Duration::ZERO;
        for scene in &recorded.scenes {
            let title = if several { Some(scene.chart.title.clone()) } else { None };
            printed.push((title, Printed::of(scene)));
            takes += scene.chart.elapsed;
        }
        let exact = recorded.scenes.iter().all(|scene| scene.is_exact());
        let takes = planned(name, takes, exact, said)?;
        let example = self.examples.get(name).expect("it was recorded").clone();
        let command = example.command(name);
        Ok(Run { name: name.into(), example, command, printed, takes })
    }
}

/// The ways in which all of a slide can stand on one: its code as it is, or in two columns.
fn ways_to_be_one(drafted: &[Drafted]) -> Vec<Vec<Drafted>> {
    if !place::can_be_one(drafted) {
        return vec![];
    }
    let mut ways = vec![];
    // A third piece of code has no place of its own.
    if place::codes(drafted).count() <= 2 {
        ways.push(drafted.to_vec());
    }
    let is_rust = place::codes(drafted).all(|code| code.language == Language::Rust);
    if is_rust && !place::lines_that_ran(drafted).is_empty() {
        ways.extend(place::with_columns(drafted));
    }
    ways
}

/// Cuts a slide that is too full into two. There are several ways, the best ones first; the first
/// that fits is taken. If none does, the errors of the last one.
fn halves(slide: &Slide, drafted: &[Drafted]) -> Result<Halves, Vec<DeckError>> {
    let mut wrong = vec![];
    let ran = place::lines_that_ran(drafted);
    let stay = place::lines_that_stay(drafted);
    // What the deck names as the point of the slide; or else what ran.
    let point = if stay.is_empty() { &ran } else { &stay };
    let whole =
        |first, second, in_columns| Parts { first, second, only_some_lines: false, in_columns };
    let folded = |first, second, in_columns| Parts {
        only_some_lines: true,
        ..whole(first, second, in_columns)
    };
    for (parts, lines) in [
        (whole(First::All, Second::Rust, false), &stay),
        (whole(First::All, Second::Rust, true), &stay),
        (whole(First::One, Second::Rust, true), &stay),
        (whole(First::All, Second::Last, false), &stay),
        (whole(First::One, Second::Last, false), &stay),
        (folded(First::All, Second::Rust, false), point),
        (folded(First::All, Second::Rust, true), point),
        (folded(First::All, Second::Last, false), point),
        (folded(First::One, Second::Rust, true), point),
        (folded(First::One, Second::Last, false), point),
        // With nothing but the first line, if the deck names none.
        (folded(First::All, Second::Rust, false), &stay),
    ] {
        // `None`: this way does not suit what the slide has.
        let Some((asked, played)) = place::split(drafted, parts, lines) else { continue };
        let mut misfits = vec![];
        let first = place::place(slide, asked.clone(), &mut misfits);
        let second = place::place(slide, played.clone(), &mut misfits);
        if misfits.is_empty() {
            let mut halves = Halves { asked, first, played, second };
            put_lines_back(slide, drafted, parts, lines.clone(), &ran, &mut halves);
            return Ok(halves);
        }
        wrong = misfits;
    }
    Err(wrong)
}

/// Puts back into the second half as many of the `lines` that were left out as there is room for,
/// since code is easier to read with its context.
fn put_lines_back(
    slide: &Slide,
    drafted: &[Drafted],
    parts: Parts,
    mut lines: BTreeSet<usize>,
    ran: &BTreeSet<usize>,
    halves: &mut Halves,
) {
    for line in place::left_out(drafted, &halves.played, ran) {
        lines.insert(line);
        let Some((_, played)) = place::split(drafted, parts, &lines) else { continue };
        let mut misfits = vec![];
        let second = place::place(slide, played.clone(), &mut misfits);
        if misfits.is_empty() {
            halves.played = played;
            halves.second = second;
        } else {
            lines.remove(&line);
        }
    }
}

/// Puts a slide together.
fn shown(
    slide: Slide,
    drafted: &[Drafted],
    pieces: Vec<Piece>,
    codes: Vec<Listing>,
    run: Option<Run>,
) -> Shown {
    let only_text = place::has_only_text(drafted);
    let seconds = seconds(&slide, drafted, run.as_ref());
    Shown { slide, pieces, codes, only_text, run, seconds, continues: false }
}
