//! The colours of lanes and signs, on light and on dark paper. Nothing in a picture is told by
//! colour alone.
//!
//! The tests below check the contrast of all colours of an SVG and of a terminal: text can be read
//! on what it lies on (4.5, or 7 for running text), also on stripes; a bar can be seen on its paper
//! (3.0); and the colours of a terminal can be seen on black and on white. What no test checks is
//! that neighbours look different: when you change a colour, look at a picture.
//!
//! The page that steps through a run has a table of its own, in `page/page.css`, for two reasons:
//!
//! - On the page a lane's name and its signs are *text* in its colour, also on a grey band; in a
//!   picture only bars and lines have a lane's colour. So three colours are darker on the page, and
//!   one is lighter.
//! - The page has two colours more. It has a tab for each run, and a name has the same colour on
//!   all tabs: so more names need a colour. With eight colours some are more alike. That does less
//!   harm on the page, since each lane has a letter there, too.
//!
//! A test below reads that table and checks it.

/// A colour as red, green and blue.
pub(super) type Rgb = [u8; 3];

/// The colours of an SVG.
pub(super) struct Palette {
    /// Behind everything.
    pub paper: Rgb,
    /// Text, arrows and bands, which belong to no lane.
    pub ink: Rgb,
    /// The bars of the lanes, in turn. `main` has the first, which is grey.
    /// Six are as many as can be told apart side by side. The seventh name has the second colour
    /// again; its place and its name tell which it is.
    pub lanes: [Rgb; 6],
    /// Text on a bar.
    /// White on light paper and dark on dark paper, since the bars are dark and light.
    pub on_bar: Rgb,
    /// The stripes of a bar, laid over it with [`STRIPE_OPACITY`]: dark where the text on the bar
    /// is white, and white where that text is dark.
    pub stripe: Rgb,
    /// Around and behind the stretch in which a lane was woken and not polled.
    pub not_polled: Rgb,
    /// Behind the stretch in which two runs differ, laid over the paper.
    pub differs: Rgb,
    /// The sign of an end, a tick or a cross: the shape tells them apart, and the colour is for a
    /// glance.
    pub done: Rgb,
    pub cancelled: Rgb,
}

/// After Okabe and Ito's colours, which most colour-blind people can tell apart, darkened until
/// white can be read on them.
pub(super) const LIGHT: Palette = Palette {
    paper: [0xff, 0xff, 0xff],
    ink: [0x1e, 0x29, 0x3b],
    lanes: [
        [0x5b, 0x67, 0x79],
        [0x00, 0x72, 0xb2],
        [0xb4, 0x5f, 0x00],
        [0x00, 0x80, 0x5d],
        [0xa3, 0x48, 0x7c],
        [0x80, 0x68, 0x00],
    ],
    on_bar: [0xff, 0xff, 0xff],
    stripe: [0x0b, 0x12, 0x20],
    not_polled: [0xa8, 0x43, 0x06],
    differs: [0xf5, 0x9e, 0x0b],
    done: [0x00, 0x80, 0x5d],
    cancelled: [0xc8, 0x1e, 0x2b],
};

/// The same hues, light enough that dark text can be read on them.
pub(super) const DARK: Palette = Palette {
    paper: [0x0f, 0x17, 0x2a],
    ink: [0xe2, 0xe8, 0xf0],
    lanes: [
        [0x94, 0xa3, 0xb8],
        [0x56, 0xb4, 0xe9],
        [0xf0, 0xa0, 0x30],
        [0x34, 0xc3, 0x9a],
        [0xe0, 0x8c, 0xc0],
        [0xd8, 0xc2, 0x4a],
    ],
    on_bar: [0x0b, 0x12, 0x20],
    stripe: [0xff, 0xff, 0xff],
    not_polled: [0xff, 0xb8, 0x4d],
    differs: [0xf5, 0x9e, 0x0b],
    done: [0x34, 0xc3, 0x9a],
    cancelled: [0xff, 0x6b, 0x72],
};

/// How much a stripe covers its bar.
pub(super) const STRIPE_OPACITY: f64 = 0.28;
/// How much a pale bar covers the paper.
pub(super) const PALE_OPACITY: f64 = 0.45;
/// How much faint text covers the paper.
pub(super) const FAINT_OPACITY: f64 = 0.72;
/// How much the background of a stretch covers the paper: little, since text stands on it and has
/// to be readable.
pub(super) const STRETCH_OPACITY: f64 = 0.16;

/// The colours of the lanes on a terminal, as numbers among the 256 colours that terminals share.
/// The background of a terminal is not known, so each colour stands out on black and on white.
/// `main` is grey, as in an SVG, and the others have the hues that they have there: blue, orange,
/// green, pink and ochre.
/// None is of the first sixteen, which each terminal's theme defines anew.
pub(super) const TERMINAL_LANES: [u8; 6] = [244, 32, 166, 29, 133, 136];
pub(super) const TERMINAL_GREY: u8 = 244;
pub(super) const TERMINAL_AMBER: u8 = 166;
pub(super) const TERMINAL_DONE: u8 = 29;
pub(super) const TERMINAL_CANCELLED: u8 = 160;

/// The class that a lane's colour has in pictures: with it, text beside a picture gets the same
/// colour.
pub fn lane_class(hue: usize) -> String {
    format!("l{}", colour_of_hue(hue))
}

/// The place in [`Palette::lanes`] of a lane's colour. `hue` is the number of the lane's name,
/// which has no upper bound, so names share colours: only `main` has the first colour to itself.
/// Both palettes have the same number of colours, so a lane has the same place in both.
pub(super) fn colour_of_hue(hue: usize) -> usize {
    if hue == 0 { 0 } else { 1 + (hue - 1) % (LIGHT.lanes.len() - 1) }
}

/// As CSS writes it.
pub(super) fn css([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours, from 1 to 21, as the Web Content Accessibility Guidelines
    /// define it.
    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |colour: Rgb| {
            let [red, green, blue] = colour.map(|value| {
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let one = luminance(one);
        let other = luminance(other);
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The colour cube and the grey ramp of xterm's 256 colours.
    fn terminal(number: u8) -> Rgb {
        let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        match number {
            16..=231 => {
                [level((number - 16) / 36), level((number - 16) / 6 % 6), level((number - 16) % 6)]
            }
            232..=255 => [8 + 10 * (number - 232); 3],
            _ => panic!("a colour that every terminal shows differently"),
        }
    }

    /// One colour laid over another.
    fn over(top: Rgb, opacity: f64, bottom: Rgb) -> Rgb {
        let mut mixed = [0; 3];
        for channel in 0..3 {
            let top = f64::from(top[channel]);
            let bottom = f64::from(bottom[channel]);
            mixed[channel] = (top * opacity + bottom * (1.0 - opacity)).round() as u8;
        }
        mixed
    }

    fn assert_readable(what: &str, text: Rgb, background: Rgb) {
        let contrast = contrast(text, background);
        let pair = format!("{text:02x?} on {background:02x?}");
        assert!(contrast >= 4.5, "{what}: {pair} has a contrast of {contrast:.2}");
    }

    #[test]
    fn text_can_be_read_on_every_bar_and_every_bar_be_seen_on_its_paper() {
        for palette in [LIGHT, DARK] {
            assert!(contrast(palette.ink, palette.paper) >= 7.0);
            for bar in palette.lanes {
                assert_readable("text on a bar", palette.on_bar, bar);
                assert!(contrast(bar, palette.paper) >= 3.0, "{bar:02x?} on its paper");
            }
            for sign in [palette.done, palette.cancelled] {
                assert_readable("a sign", sign, palette.paper);
            }
        }
    }

    /// How much a band covers the paper, as the rule of bands in `svg/style.rs` says it.
    const BAND_OPACITY: f64 = 0.07;

    #[test]
    fn text_can_be_read_on_stripes_on_pale_bars_on_bands_and_on_marked_stretches() {
        let rules = include_str!("svg/style.rs");
        assert!(rules.contains("\n.timeline .band{fill:var(--ink);fill-opacity:.07}\n"));
        for palette in [LIGHT, DARK] {
            for bar in palette.lanes {
                let striped = over(palette.stripe, STRIPE_OPACITY, bar);
                assert_readable("text on a striped bar", palette.on_bar, striped);
                let pale = over(bar, PALE_OPACITY, palette.paper);
                assert_readable("a number on a pale bar", palette.ink, pale);
            }
            let not_polled = over(palette.not_polled, STRETCH_OPACITY, palette.paper);
            assert_readable("text where a lane is not polled", palette.ink, not_polled);
            assert_readable("the edge of it", palette.not_polled, palette.paper);
            let differs = over(palette.differs, STRETCH_OPACITY, palette.paper);
            let band = over(palette.ink, BAND_OPACITY, palette.paper);
            for paper in [palette.paper, differs, band] {
                let faint = over(palette.ink, FAINT_OPACITY, paper);
                assert_readable("faint text", faint, paper);
            }
        }
    }

    /// The two values of a custom property of the page, `--NAME: light-dark(#fff, #0f172a)`.
    fn on_the_page(name: &str) -> Option<[Rgb; 2]> {
        let (_, rest) = include_str!("page/page.css").split_once(&format!("  --{name}: "))?;
        let values = rest.strip_prefix("light-dark(#")?.split_once(')')?.0;
        let (light, dark) = values.split_once(", #")?;
        Some([rgb(light), rgb(dark)])
    }

    /// `fff` or `0f172a`.
    fn rgb(digits: &str) -> Rgb {
        let six = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits.to_owned(),
        };
        [0, 2, 4].map(|at| u8::from_str_radix(&six[at..at + 2], 16).expect("two digits"))
    }

    #[test]
    fn on_the_page_text_in_a_lane_s_colour_can_be_read_also_on_a_band() {
        let [paper, band, on] = ["paper", "band", "on"].map(|name| on_the_page(name).expect(name));
        for lane in 0..8 {
            let colour = on_the_page(&format!("l{lane}")).expect("eight colours of lanes");
            for theme in [0, 1] {
                assert_readable("a name on the page", colour[theme], paper[theme]);
                assert_readable("a name on a band", colour[theme], band[theme]);
                assert_readable("a letter on a tile", on[theme], colour[theme]);
            }
        }
        assert_eq!(on_the_page("l8"), None, "the page has more colours: check them, too");
        // Why the page cannot have the colours of a picture.
        assert!(LIGHT.lanes.iter().any(|lane| contrast(*lane, band[0]) < 4.5));
    }

    #[test]
    fn terminal_colours_stand_out_on_black_and_on_white() {
        for number in TERMINAL_LANES.into_iter().chain([
            TERMINAL_GREY,
            TERMINAL_AMBER,
            TERMINAL_DONE,
            TERMINAL_CANCELLED,
        ]) {
            for paper in [[0; 3], [255; 3]] {
                let contrast = contrast(terminal(number), paper);
                assert!(contrast >= 3.0, "colour {number} has only {contrast:.1} on {paper:?}");
            }
        }
    }
}
