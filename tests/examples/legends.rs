//! Legends, over all scenes of all examples: each sign that is drawn is explained, and no sign that
//! is not drawn; and no row can be taken for another.
use super::examples;
use async_concepts::timeline::{Chart, Mark, Observe, TerminalOptions};
use std::collections::BTreeSet;

/// The rows of a timeline without their names, and what stands below them.
fn rows_and_legend(chart: &Chart, width: usize) -> (String, String) {
    let text = chart.to_text(TerminalOptions { width, colour: false });
    let (rows, legend) = text.split_once("\n\n").expect("an empty line between rows and legend");
    let mut cells = String::new();
    // The first two lines are the title and the times.
    for row in rows.lines().skip(2) {
        let (_, after_name) = row.trim_start().split_once("  ").expect("two spaces after a name");
        cells += after_name;
        cells.push('\n');
    }
    (cells, legend.to_owned())
}

#[test]
fn a_legend_explains_each_sign_that_is_drawn_and_no_other() {
    let mut met = BTreeSet::new();
    for example in examples() {
        for scene in (example.stage)().run_for_test(Observe::Everything) {
            let chart = scene.chart.expect("everything was observed");
            for width in [80, 100, 120] {
                let (cells, legend) = rows_and_legend(&chart, width);
                let place = format!("{}, {}, {width} columns", example.name, scene.title);
                // Marks with the same sign are told by their label; one of them is enough.
                let mut explained = BTreeSet::new();
                for mark in Mark::ALL {
                    let Some(sign) = mark.sign() else { continue };
                    if legend.contains(&format!("{sign} {}", mark.label())) {
                        explained.insert(sign);
                        assert!(
                            cells.contains(sign),
                            "{place}: {sign} is not drawn\n{cells}{legend}"
                        );
                    }
                }
                assert_eq!(
                    cells.contains('▉'),
                    legend.contains("▉█ two polls"),
                    "{place}\n{cells}{legend}"
                );
                for mark in Mark::ALL {
                    let Some(sign) = mark.sign() else { continue };
                    let cut_off = mark == Mark::Unfinished; // `…` also ends a text that is cut off
                    if cells.contains(sign) && !cut_off {
                        met.insert(sign);
                        assert!(explained.contains(&sign), "{place}: {sign}\n{cells}{legend}");
                    }
                }
            }
        }
    }
    assert!(met.len() >= 9, "only {met:?} were met");
}

#[test]
fn no_lane_has_a_name_that_a_row_of_another_kind_has() {
    for example in examples() {
        for scene in (example.stage)().run_for_test(Observe::Everything) {
            let chart = scene.chart.expect("everything was observed");
            let text = chart.to_text(TerminalOptions { width: 100, colour: false });
            let labels: Vec<&str> =
                text.lines().filter(|line| line.starts_with('[')).map(|line| line.trim()).collect();
            assert!(!labels.is_empty(), "{}, {}: no row of a thread", example.name, scene.title);
            for row in &chart.rows {
                let name = &row.name;
                let taken = labels.iter().any(|label| label.starts_with(name.as_str()));
                assert!(!taken, "{}, {}: {name} is a lane and a row", example.name, scene.title);
                let thread = ["thread", "[thread]"].contains(&name.as_str());
                assert!(!thread, "{}, {}: a lane called {name}", example.name, scene.title);
            }
        }
    }
}
