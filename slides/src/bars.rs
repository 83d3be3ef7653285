//! A table of measurements, drawn: a group of bars for each column.
//!
//! Read it after `queue`; next is `piece`. The numbers stay text as the table has them: only the
//! length of a bar is computed from them.
use crate::{drawing::Drawing, drawing::Size, layout};
use maud::{Markup, html};
use unicode_width::UnicodeWidthStr;

/// The size of all letters.
const LETTERS: f64 = 18.0;
/// How high a bar is, with the room to the next.
const BAR: f64 = 26.0;
/// Between two groups of bars.
const BETWEEN: f64 = 20.0;
/// A line of the legend.
const NAME: f64 = 30.0;
/// The width of the column with the titles of the groups.
const TITLES: f64 = 400.0;
/// Room for the number behind the longest bar.
const NUMBER: f64 = 110.0;
/// The colours of the rows, in their order.
const COLOURS: [&str; 3] = ["var(--lane1)", "var(--lane2)", "var(--lane3)"];

/// A table whose first column has names, and whose others have numbers with a unit.
#[derive(Debug, PartialEq)]
struct Table {
    /// The first column: what is compared, a bar of the same colour in each group.
    names: Vec<String>,
    /// For each other column its title, and its cells: each as it is written, and as a number.
    groups: Vec<(String, Vec<(String, f64)>)>,
}

/// Draws a table of Markdown. A row of the drawing is a column of the table: a bar for each name,
/// and the longest is as long as there is room.
///
/// # Errors
/// A sentence, if a cell is no number, or if there are more rows than colours.
pub fn draw(markdown: &str) -> Result<Drawing, String> {
    let table = parse(markdown)?;
    let names = table.names.len();
    if names > COLOURS.len() {
        let most = COLOURS.len();
        return Err(format!("{names} rows are too many: at most {most} can be drawn"));
    }
    let width = layout::content_width();
    let legend = names as f64 * NAME + 10.0;
    let group = names as f64 * BAR + BETWEEN;
    let height = legend + table.groups.len() as f64 * group;
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) }
            font-size=(LETTERS) fill="currentColor" role="img"
            font-family="ui-sans-serif, system-ui, DejaVu Sans, sans-serif"
        {
            title { (table.names.join(" and ")) ", compared" }
            @for (nth, name) in table.names.iter().enumerate() {
                @let y = nth as f64 * NAME;
                rect x="0" y=(y + 4.0) width="22" height="16" rx="3" fill=(COLOURS[nth]) {}
                text x="32" y=(y + 19.0) font-weight="600" { (name) }
            }
            @for (nth, (title, numbers)) in table.groups.iter().enumerate() {
                (bars(title, numbers, legend + nth as f64 * group, &table.names))
            }
        }
    };
    let size = Size { width, height, letters: LETTERS, rows: table.groups.len() };
    Ok(Drawing { svg: svg.into_string(), size })
}

/// One group: what was measured, and a bar for each name.
fn bars(title: &str, numbers: &[(String, f64)], top: f64, names: &[String]) -> Markup {
    // Each group has a scale of its own, since groups have different units. Not 0, by which nothing
    // can be divided.
    let mut most = f64::MIN_POSITIVE;
    for (_, number) in numbers {
        most = most.max(*number);
    }
    let longest = layout::content_width() - TITLES - NUMBER;
    let said: Vec<String> =
        names.iter().zip(numbers).map(|(name, (text, _))| format!("{name}: {text}")).collect();
    html! {
        g.row {
            title { (title) ". " (said.join("; ")) }
            text x="0" y=(top + BAR) { (title) }
            @for (nth, (text, number)) in numbers.iter().enumerate() {
                @let y = top + nth as f64 * BAR;
                @let long = (longest * number / most).max(2.0); // so that even 0 has a bar
                rect x=(TITLES) y=(y + 3.0) width=(long) height=(BAR - 6.0) rx="3"
                    fill=(COLOURS[nth]) {}
                text x=(TITLES + long + 8.0) y=(y + BAR - 7.0) font-weight="600" { (text) }
            }
        }
    }
}

/// Reads a table of Markdown. What cannot be drawn is an error, so that a table cannot become a
/// wrong picture.
fn parse(markdown: &str) -> Result<Table, String> {
    let mut lines = markdown.lines();
    let head = lines.next().map(cells).unwrap_or_default();
    let mut table = Table { names: vec![], groups: vec![] };
    for title in head.iter().skip(1) {
        // SVG does not wrap text, so a title that is too wide would run into the bars.
        if title.width() as f64 * LETTERS * 0.55 > TITLES {
            return Err(format!("the column “{title}” has a title that is too wide to be drawn"));
        }
        table.groups.push((title.clone(), vec![]));
    }
    // The second line only says how the columns are aligned.
    for line in lines.skip(1) {
        let cells = cells(line);
        let Some((name, numbers)) = cells.split_first() else { continue };
        if numbers.len() != table.groups.len() {
            return Err(format!("the row “{name}” has not as many cells as the others"));
        }
        table.names.push(name.replace('`', ""));
        for ((_, group), text) in table.groups.iter_mut().zip(numbers) {
            let number = text.split(' ').next().unwrap_or_default().parse();
            let number = number.map_err(|_| format!("“{text}” is no number that can be drawn"))?;
            group.push((text.clone(), number));
        }
    }
    Ok(table)
}

/// The cells of a line of a table.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_matches('|');
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| | time | memory |\n|---|--:|--:|\n| `a` | 0.5 s | 3 MB |\n\
                         | b | 5 s | 30 MB |\n";

    #[test]
    fn a_bar_is_as_long_as_its_number_says() {
        let Table { names, groups } = parse(TABLE).expect("a table");
        assert_eq!(names, ["a", "b"]);
        assert_eq!(
            groups[1],
            ("memory".into(), vec![("3 MB".into(), 3.0), ("30 MB".into(), 30.0)])
        );
        let Drawing { svg, size } = draw(TABLE).expect("it can be drawn");
        assert_eq!((size.rows, svg.matches("class=\"row\"").count()), (2, 2));
        let longest = layout::content_width() - TITLES - NUMBER;
        for wide in [longest, longest / 10.0] {
            assert_eq!(svg.matches(&format!("width=\"{wide}\"")).count(), 2, "{wide} in {svg}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        let error = draw("| | time |\n|---|--:|\n| a | soon |\n").expect_err("no number");
        assert_eq!(error, "“soon” is no number that can be drawn");
    }
}
