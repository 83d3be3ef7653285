//! The legend below a picture: what the signs mean that occur in it.
use super::{
    LINE, NOTE, Picture,
    signs::{arrow, end_sign},
};
use crate::timeline::draw::{
    labels::occurring,
    marks::{GLOSSARY, Mark},
    svg::text::{SMALL, px, width_of},
};
use maud::{Markup, html};

/// A mark in the legend, and where its icon begins: counted from the top left of the legend.
struct Entry {
    /// Each entry stands to the right of the one before it, or at the beginning of a new line.
    /// Entries differ in width.
    x: f64,
    /// The middle of its line: a legend has as many lines as it needs.
    y: f64,
    /// The mark that the entry explains. The mark also has the words of the entry, and its term in
    /// the glossary. A legend without links ends with an entry that has no mark: that entry says
    /// where the glossary is.
    mark: Option<Mark>,
}

impl Entry {
    fn label(mark: Option<Mark>) -> &'static str {
        match mark {
            Some(mark) => mark.label(),
            None => GLOSSARY,
        }
    }

    /// The icon is before the words, and only a mark has one.
    fn label_begins(mark: Option<Mark>) -> f64 {
        if mark.is_some() { NOTE } else { 0.0 }
    }
}

impl Picture<'_> {
    /// The marks of this picture, and where they stand in the legend: from left to right, in as
    /// many lines as it takes. They are computed twice, for the height and for the drawing.
    fn legend_entries(&self) -> Vec<Entry> {
        if !self.sheet.options.legend {
            return vec![];
        }
        // States and ends first, then what is no state of a lane; each only if it is drawn.
        let mut marks = occurring(self.chart, self.rows);
        if !self.drawn_wakes().is_empty() {
            marks.push(Mark::Wake);
        }
        if self.chart.said.iter().any(|said| self.y(said.lane).is_some()) {
            marks.push(Mark::Line);
        }
        if self.different.iter().any(|stretches| !stretches.is_empty()) {
            marks.push(Mark::Differs);
        }
        let mut entries: Vec<Option<Mark>> = marks.into_iter().map(Some).collect();
        // A file that stands alone has no glossary to link to. So the legend ends as on a terminal:
        // with where the glossary is.
        if self.sheet.options.glossary.is_none() {
            entries.push(None);
        }
        let mut x = self.sheet.left;
        let mut y = 12.0;
        let mut placed = vec![];
        for mark in entries {
            let wide = Entry::label_begins(mark) + width_of(Entry::label(mark), SMALL);
            // A new line; but an entry that is wider than a line has to stand somewhere.
            if x + wide > self.sheet.width && x > self.sheet.left {
                x = self.sheet.left;
                y += LINE + 3.0;
            }
            placed.push(Entry { x, y, mark });
            x += wide + 22.0;
        }
        placed
    }

    pub(super) fn legend_height(&self) -> f64 {
        match self.legend_entries().last() {
            Some(entry) => entry.y + 18.0,
            None => 0.0,
        }
    }

    /// What the signs mean that occur in this picture.
    pub(super) fn legend(&self) -> Markup {
        // The title is the explanation that appears when the reader points at the entry; with a
        // glossary the entry is also a link.
        let entry = |mark: Option<Mark>| {
            html! {
                @if let Some(mark) = mark {
                    title { (mark.sentence()) }
                    (icon(mark))
                }
                text.faint x=(px(Entry::label_begins(mark))) y="4.5" { (Entry::label(mark)) }
            }
        };
        html! {
            @for Entry { x, y, mark } in self.legend_entries() {
                // Icons are drawn around their own origin: see `icon`.
                g transform={ "translate(" (px(x)) " " (px(y)) ")" } {
                    @match (self.sheet.options.glossary, mark) {
                        (Some(page), Some(mark)) => a href={ (page) "#" (mark.term()) } {
                            (entry(Some(mark)))
                        },
                        _ => (entry(mark)),
                    }
                }
            }
        }
    }
}

/// A mark as it stands in a legend: about 20 pixels wide, around y = 0.
fn icon(mark: Mark) -> Markup {
    // In the grey of `main`: a legend is about states and not about lanes.
    let bar = |class: &str| html! { rect.(class).l0 width="18" height="14" y="-7" rx="3" {} };
    let line = |class: &str| html! { line.(class).l0 x1="1" x2="19" y1="0" y2="0" {} };
    match mark {
        Mark::Running => bar("running"),
        Mark::Blocking => html! { (bar("running")) (bar("blocking")) },
        Mark::OnThread => html! { (bar("running")) (bar("on-thread")) },
        Mark::MovedClock => html! { (bar("running")) (bar("moved-clock")) },
        Mark::BetweenItems => line("between-items"),
        Mark::RunningUnwoken => bar("unwoken"),
        Mark::Ready => bar("ready"),
        Mark::WokenNotPolled => {
            html! { rect.not-polled width="18" height="14" y="-7" rx="3" {} }
        }
        Mark::Waiting => line("waiting"),
        Mark::Lazy => line("lazy"),
        Mark::Finished | Mark::Cancelled | Mark::Failed | Mark::Panicked | Mark::Unfinished => {
            end_sign(mark, -2.0, 0.0)
        }
        Mark::Wake => arrow(9.0, -8.0, 8.0, 1.0),
        Mark::Line => html! {
            (bar("running"))
            text.in-bar x="9" y="4" font-size="11" { "1" }
        },
        Mark::Differs => html! { rect.differs width="18" height="14" y="-7" {} },
    }
}
