//! A sequence diagram, as in UML: lines of life side by side, time going down, an arrow for each
//! message. It is drawn from what the run has recorded, and claims no more: an arrow needs a party
//! that has sent and one that has received; what was sent and never received ends in a cross.
use maud::{Markup, html};
use std::{
    fmt::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One of the parties, by its place from the left.
pub type Party = usize;

/// What has been recorded of a run.
pub struct Sequence {
    parties: &'static [&'static str],
    /// In the order in which it happened. The parties run at the same time, hence the lock.
    rows: Mutex<Vec<Row>>,
}

/// One row of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A message from one party to another.
    Message(Message),
    /// Something that happens to one party.
    Note { party: Party, text: String },
}

/// A request, or the reply to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub from: Party,
    pub to: Party,
    pub label: String,
    /// Whether the other party has recorded it, too.
    pub received: bool,
    /// Requests are numbered, and a reply has the number of its request: after a crash there may be
    /// two requests between the same parties, and the reply to the first is none to the second.
    request: usize,
    is_reply: bool,
}

impl Sequence {
    /// Nothing yet, of these parties.
    pub fn new(parties: &'static [&'static str]) -> Sequence {
        Sequence { parties, rows: Mutex::default() }
    }

    /// Recorded by the party that sends a request.
    pub fn request(&self, from: Party, to: Party, label: impl Into<String>) {
        let mut rows = self.lock();
        let (request, label) = (rows.len(), label.into());
        let message = Message { from, to, label, received: false, request, is_reply: false };
        rows.push(Row::Message(message));
    }

    /// Recorded by the party that receives a request: the latest one from there.
    pub fn request_received(&self, by: Party, from: Party) {
        self.received(|message| (message.from, message.to, message.is_reply) == (from, by, false));
    }

    /// Recorded by the party that sends the reply to the latest request that it has received from
    /// there.
    pub fn reply(&self, from: Party, to: Party, label: impl Into<String>) {
        let mut rows = self.lock();
        let mut request = None;
        for message in messages(&rows) {
            if (message.from, message.to, message.is_reply, message.received)
                == (to, from, false, true)
            {
                request = Some(message.request);
            }
        }
        let Some(request) = request else { return };
        let label = label.into();
        let message = Message { from, to, label, received: false, request, is_reply: true };
        rows.push(Row::Message(message));
    }

    /// Recorded by the party that receives the reply to its latest request.
    pub fn reply_received(&self, by: Party, from: Party) {
        let mut request = None;
        for message in messages(&self.lock()) {
            if (message.from, message.to, message.is_reply) == (by, from, false) {
                request = Some(message.request);
            }
        }
        self.received(|message| message.is_reply && Some(message.request) == request);
    }

    /// Marks the latest message of this kind as received. Its arrow stands where it arrives: it may
    /// have been on its way for a while.
    fn received(&self, is_it: impl Fn(&Message) -> bool) {
        let mut rows = self.lock();
        let place = rows.iter().rposition(|row| match row {
            Row::Message(message) => !message.received && is_it(message),
            Row::Note { .. } => false,
        });
        let Some(place) = place else { return };
        if let Row::Message(mut message) = rows.remove(place) {
            message.received = true;
            rows.push(Row::Message(message));
        }
    }

    /// Something that happens to one party.
    pub fn note(&self, party: Party, text: impl Into<String>) {
        self.lock().push(Row::Note { party, text: text.into() });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has been recorded.
    pub fn rows(&self) -> Vec<Row> {
        self.lock().clone()
    }

    /// As text, in lines of at most `width` columns.
    pub fn text(&self, width: usize) -> String {
        let gap = ((width - 24) / (self.parties.len() - 1)).min(30);
        let place = |party: Party| 10 + party * gap;
        let mut text = String::new();
        let mut names = Canvas::new(width);
        for (party, name) in self.parties.iter().enumerate() {
            names.write(place(party).saturating_sub(name.len() / 2), name);
        }
        let _ = writeln!(text, "{}", names.line());
        for row in self.rows() {
            let mut line = Canvas::new(width);
            for party in 0..self.parties.len() {
                line.write(place(party), "│");
            }
            match row {
                Row::Message(Message { from, to, label, received, .. }) => {
                    line.arrow(place(from), place(to), &label, received);
                }
                Row::Note { party, text } => line.write(place(party), &format!("╳ {text}")),
            }
            let _ = writeln!(text, "{}", line.line());
        }
        text
    }

    /// As SVG. Its colours are those of the page around it, so it can be read in light and in dark.
    /// Each row is a group of the class `row` and says in its `title` what it shows, so that a
    /// player can show one row after the other.
    pub fn picture(&self, title: &str) -> Picture {
        const GAP: usize = 200;
        const ROW: usize = 31;
        const TOP: usize = 44;
        let rows = self.rows();
        let width = GAP * self.parties.len();
        let height = TOP + ROW * rows.len() + 24;
        let x = |party: Party| GAP / 2 + party * GAP;
        let svg = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) }
                font-family="ui-sans-serif, system-ui, sans-serif" font-size="15"
                fill="currentColor" stroke-width="1.5" role="img" {
                title { (title) }
                @for (party, name) in self.parties.iter().enumerate() {
                    text x=(x(party)) y="22" text-anchor="middle" font-weight="600" { (name) }
                    line x1=(x(party)) y1="32" x2=(x(party)) y2=(height - 8)
                        stroke="currentColor" stroke-opacity="0.4" {}
                }
                @for (number, row) in rows.iter().enumerate() {
                    g.row {
                        title { (self.sentence(row)) }
                        (svg_row(row, TOP + ROW * number + 22, x))
                    }
                }
            }
        };
        Picture { svg: svg.into_string(), width, height, letters: LABEL, rows: rows.len() }
    }

    /// What a row shows, for those who hear it.
    fn sentence(&self, row: &Row) -> String {
        match row {
            Row::Message(Message { from, to, label, received, .. }) => {
                let end = if *received { "" } else { ", and it does not arrive" };
                format!("{} to {}: {label}{end}", self.parties[*from], self.parties[*to])
            }
            Row::Note { party, text } => format!("{} {text}", self.parties[*party]),
        }
    }
}

/// A sequence diagram as SVG, and what a program may want to know of it: so no number has to be
/// read out of its text.
#[derive(Clone, Debug)]
pub struct Picture {
    pub svg: String,
    /// In pixels of its natural size.
    pub width: usize,
    pub height: usize,
    /// How high its smallest letters are, in the same pixels.
    pub letters: usize,
    /// How many messages and notes it shows.
    pub rows: usize,
}

impl Picture {
    /// What stands in a file beside the SVG.
    pub fn json(&self) -> String {
        let data = serde_json::json!({
            "width": self.width,
            "height": self.height,
            "letters": self.letters,
            "rows": self.rows,
        });
        format!("{data:#}\n")
    }
}

fn messages(rows: &[Row]) -> impl Iterator<Item = &Message> {
    rows.iter().filter_map(|row| match row {
        Row::Message(message) => Some(message),
        Row::Note { .. } => None,
    })
}

/// How high the letters of labels and notes are.
const LABEL: usize = 14;

/// One row, at this height.
fn svg_row(row: &Row, y: usize, x: impl Fn(Party) -> usize) -> Markup {
    // Readable on white and on black.
    const LOST: &str = "#e5484d";
    match row {
        Row::Message(Message { from, to, label, received, .. }) => {
            let (start, end) = (x(*from), x(*to));
            // A message that was not received gets three quarters of the way.
            let end = if *received { end } else { (start + 3 * end) / 4 };
            let colour = if *received { "currentColor" } else { LOST };
            let back = if end > start { -8 } else { 8 };
            let tip = end as i64;
            let head = format!("M{} {} L{tip} {y} L{} {}", tip + back, y - 5, tip + back, y + 5);
            html! {
                line x1=(start) y1=(y) x2=(end) y2=(y) stroke=(colour)
                    stroke-dasharray=(if *received { "none" } else { "5 4" }) {}
                @if *received {
                    path d=(head) fill="none" stroke=(colour) {}
                } @else {
                    path d={ "M" (end - 6) " " (y - 6) " l12 12 m0 -12 l-12 12" }
                        fill="none" stroke=(colour) {}
                }
                text x=((x(*from) + x(*to)) / 2) y=(y - 6) text-anchor="middle" font-size=(LABEL) {
                    (label)
                }
            }
        }
        Row::Note { party, text } => html! {
            path d={ "M" (x(*party) - 6) " " (y - 6) " l12 12 m0 -12 l-12 12" } fill="none"
                stroke=(LOST) {}
            text x=(x(*party) + 14) y=(y + 5) font-size=(LABEL) fill=(LOST) { (text) }
        },
    }
}

/// A line of characters that are written over each other.
struct Canvas(Vec<char>);

impl Canvas {
    fn new(width: usize) -> Canvas {
        Canvas(vec![' '; width])
    }

    /// Writes a text, as far as there is room for it.
    fn write(&mut self, at: usize, text: &str) {
        for (place, c) in self.0.iter_mut().skip(at).zip(text.chars()) {
            *place = c;
        }
    }

    fn arrow(&mut self, from: usize, to: usize, label: &str, received: bool) {
        let (left, right) = (from.min(to) + 1, from.max(to));
        for place in &mut self.0[left..right] {
            *place = if received { '─' } else { '╌' };
        }
        // One column stays free on each side of the label, and one for the head of the arrow.
        let room = (right - left).saturating_sub(6);
        let label: String = label.chars().take(room).collect();
        let middle = (left + right).saturating_sub(label.chars().count()) / 2;
        self.write(middle - 1, &format!(" {label} "));
        let (head, place) = if from < to { ('>', right - 1) } else { ('<', left) };
        if received {
            self.0[place] = head;
        } else {
            // It did not get there: the cross stands a little before the end.
            let lost = if from < to { right - 3 } else { left + 2 };
            self.0[lost] = '╳';
        }
    }

    fn line(&self) -> String {
        self.0.iter().collect::<String>().trim_end().to_owned()
    }
}
