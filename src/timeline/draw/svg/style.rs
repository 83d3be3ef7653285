//! The colours, rules and patterns of pictures.
//!
//! A picture is text that names its parts by class (`running`, `waiting`, and `l3` for the lane
//! colour of that number), and this file says how each class looks. So one picture serves light and
//! dark paper, and a page that shows a hundred pictures needs the rules only once. Every rule is
//! for a picture, which has the class `timeline`; or for what is in a picture; or for a class whose
//! name begins with `timeline-`. So a rule changes nothing else on a page.
use super::{PageStyle, Theme};
use crate::timeline::draw::palette::{
    DARK, FAINT_OPACITY, LIGHT, PALE_OPACITY, Palette, STRETCH_OPACITY, STRIPE_OPACITY, css,
};
use maud::{Markup, html};

/// What a page needs once, for any number of pictures with [`Theme::Page`].
/// Colours and rules are apart, since only the page knows how its readers choose between light and
/// dark.
pub fn page_style() -> PageStyle {
    let patterns = html! {
        // No size, and still rendered: `display: none` would take the patterns away from all
        // pictures.
        svg.timeline-patterns xmlns="http://www.w3.org/2000/svg" width="0" height="0"
            aria-hidden="true" { (patterns()) }
    };
    PageStyle {
        rules: rules(),
        light: colours(&LIGHT),
        dark: colours(&DARK),
        patterns: patterns.into_string(),
    }
}

/// States are told apart not by colour alone: what blocks is striped, what runs on another thread
/// has lines along it.
pub(super) fn patterns() -> Markup {
    html! {
        defs {
            // Blocking: stripes from one corner to the other, as on a barrier.
            pattern #timeline-stripes width="8" height="8" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                rect.timeline-stripe width="3" height="8" {}
            }
            // On another thread: lines along the bar, since it goes on beside the runtime.
            pattern #timeline-rules width="8" height="6" patternUnits="userSpaceOnUse" {
                rect.timeline-stripe width="8" height="2" {}
            }
            // The clock was moved: lines across, as on a ruler.
            pattern #timeline-upright width="10" height="8" patternUnits="userSpaceOnUse" {
                rect.timeline-stripe width="2" height="8" {}
            }
        }
    }
}

/// The rules and colours of a picture that stands alone. None for [`Theme::Page`].
pub(super) fn style(theme: Theme) -> String {
    let colours = match theme {
        Theme::Light => format!(".timeline.light{{{}}}\n", colours(&LIGHT)),
        Theme::Dark => format!(".timeline.dark{{{}}}\n", colours(&DARK)),
        // The light colours are outside of the media query, so that a viewer that does not know the
        // query has colours, too.
        Theme::Auto => {
            let light = format!(".timeline.auto{{{}}}\n", colours(&LIGHT));
            let dark = format!(".timeline.auto{{{}}}\n", colours(&DARK));
            format!("{light}@media(prefers-color-scheme:dark){{{dark}}}\n")
        }
        // The page has the rules and the colours, from `page_style`. A rule in one picture would
        // hold for all pictures of the page.
        Theme::Page => return String::new(),
    };
    // A picture that stands alone has a paper of its own, so that it can be read on any page.
    colours + PAPER + &rules()
}

/// The rules, with the opacities of `palette` in them, and one rule for each colour of lanes.
fn rules() -> String {
    let mut rules = STYLE
        .trim_start()
        .replace("$FAINT", &FAINT_OPACITY.to_string())
        .replace("$PALE", &PALE_OPACITY.to_string())
        .replace("$STRIPE", &STRIPE_OPACITY.to_string())
        .replace("$STRETCH", &STRETCH_OPACITY.to_string());
    for lane in 0..LIGHT.lanes.len() {
        // Both fill and line: a bar needs the fill, and a wait the line. A bar has an edge in its
        // colour, too: this rule comes after those of `.running` and `.unwoken`, which turn the
        // line off and are as specific. The rules of the patterns name `rect`: they are more
        // specific than this one, and have no line.
        let colour = format!("var(--lane{lane})");
        rules += &format!(".timeline .l{lane}{{fill:{colour};stroke:{colour}}}\n");
    }
    rules
}

/// The colours as custom properties.
/// Every element of the picture inherits them, and a page can use them for its own text.
fn colours(palette: &Palette) -> String {
    let mut properties = String::new();
    for (name, colour) in [
        ("paper", palette.paper),
        ("ink", palette.ink),
        ("on-bar", palette.on_bar),
        ("stripe", palette.stripe),
        ("not-polled", palette.not_polled),
        ("differs", palette.differs),
        ("done", palette.done),
        ("cancelled", palette.cancelled),
    ] {
        properties += &format!("--{name}:{};", css(colour));
    }
    for (lane, colour) in palette.lanes.iter().enumerate() {
        properties += &format!("--lane{lane}:{};", css(*colour));
    }
    properties
}

/// An image is not wider than its page, and keeps its proportions then.
const PAPER: &str = "svg.timeline{background:var(--paper);max-width:100%;height:auto}\n";

/// `$FAINT` and the like are opacities: see [`rules`]. `halo` draws an edge of paper around letters
/// that stand on a line; `paint-order` puts it behind them.
const STYLE: &str = "
.timeline{font:14px ui-sans-serif,system-ui,'Segoe UI','DejaVu Sans',sans-serif}
.timeline text{fill:var(--ink);stroke:none}
.timeline .title{font-size:17px;font-weight:700}
.timeline .name{font-weight:600;text-anchor:end}
.timeline .faint{fill-opacity:$FAINT;font-size:12px}
.timeline .middle{text-anchor:middle}
.timeline .halo{stroke:var(--paper);stroke-width:3;stroke-linejoin:round;paint-order:stroke}
.timeline .in-bar{fill:var(--on-bar);font-weight:700;text-anchor:middle}
.timeline .in-bar.on-pale{fill:var(--ink)}
.timeline .said{font-size:12px}
.timeline .strong{font-weight:600}
.timeline .number{font-size:12px;text-anchor:end;fill-opacity:$FAINT}
.timeline .band{fill:var(--ink);fill-opacity:.07}
.timeline .cut{stroke:var(--ink);stroke-opacity:.5;stroke-width:2;\
 stroke-dasharray:1 5;stroke-linecap:round}
.timeline-stripe{fill:var(--stripe);fill-opacity:$STRIPE}
.timeline .running{stroke:none}
.timeline rect.blocking{fill:url(#timeline-stripes);stroke:none}
.timeline rect.on-thread{fill:url(#timeline-rules);stroke:none}
.timeline rect.moved-clock{fill:url(#timeline-upright);stroke:none}
.timeline .between-items{stroke-width:3;stroke-dasharray:2 5;stroke-opacity:.7}
.timeline .unwoken{fill-opacity:$PALE;stroke:none}
.timeline .ready{fill-opacity:.16;stroke-width:1.5;stroke-dasharray:4 3}
.timeline .not-polled{fill:var(--not-polled);fill-opacity:$STRETCH;\
 stroke:var(--not-polled);stroke-width:2}
.timeline .differs{fill:var(--differs);fill-opacity:$STRETCH}
.timeline .waiting{stroke-width:3;stroke-opacity:.5;stroke-linecap:round}
.timeline .lazy{stroke-width:3;stroke-dasharray:0 8;stroke-opacity:.7;stroke-linecap:round}
.timeline .arrow{fill:none;stroke:var(--ink);stroke-width:1.6}
.timeline .head{fill:var(--ink)}
.timeline .done,.timeline .cancelled,.timeline .unfinished{fill:none;stroke-width:3.5;\
 stroke-linecap:round;stroke-linejoin:round}
.timeline .done{stroke:var(--done)}
.timeline .cancelled{stroke:var(--cancelled)}
.timeline .unfinished{stroke:var(--ink);stroke-opacity:.72}
";
