//! The terminal of `--step`: draws a frame, waits for a key, and goes where it asks.
//!
//! The terminal is raw only while a key is waited for: `console` makes it so and restores it with
//! each key. So nothing has to be put right when a key or an error ends the program, and what is on
//! the screen at that moment stays there.
use super::{
    frame::frame,
    walk::{Move, Walk},
};
use crate::timeline::TerminalOptions;
use console::{Key, Term};
use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// The exit status of a program that Ctrl-C ends: 128 and the number of the signal, as shells say.
const INTERRUPTED: u8 = 130;

/// What a key asks for, whichever key that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    /// To another step.
    Go(Move),
    /// The end, as a success.
    Quit,
    /// The end, as Ctrl-C ends a program.
    Interrupt,
    /// It has no meaning here.
    Nothing,
}

/// Shows the steps until a key ends it. Returns the exit status that belongs to that key.
///
/// # Errors
/// If the terminal is gone.
pub(in crate::stage) fn step_through(walk: &mut Walk) -> io::Result<ExitCode> {
    let term = Term::stdout();
    loop {
        draw(walk)?;
        match command_of(&term.read_key_raw()?) {
            Command::Go(to) => walk.go(to),
            Command::Nothing => {}
            Command::Quit => break,
            // In a raw terminal Ctrl-C is a key like others, and no signal.
            Command::Interrupt => {
                writeln!(io::stdout())?;
                return Ok(ExitCode::from(INTERRUPTED));
            }
        }
    }
    writeln!(io::stdout())?;
    Ok(ExitCode::SUCCESS)
}

/// Whether there is a terminal to step in: one to type in, and one to look at.
pub(in crate::stage) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Draws over what the screen shows. Each line is written and its rest erased, so that nothing
/// flickers. The cursor stays at the end of the last line, which says what can be typed.
fn draw(walk: &Walk) -> io::Result<()> {
    // Asked for each frame: the window may have been resized since.
    let (height, columns) = Term::stdout().size();
    let mut options = TerminalOptions::of_stdout();
    options.width = columns.into();
    let mut screen = String::from(HOME);
    let lines = frame(walk, options, height.into());
    for (index, line) in lines.iter().enumerate() {
        let end = if index + 1 < lines.len() { "\r\n" } else { "" };
        screen += &format!("{line}{ERASE_LINE}{end}");
    }
    screen += ERASE_BELOW;
    let mut out = io::stdout().lock();
    out.write_all(screen.as_bytes())?;
    out.flush()
}

/// To the upper left corner.
const HOME: &str = "\x1b[H";
/// From the cursor to the end of its line.
const ERASE_LINE: &str = "\x1b[K";
/// From the cursor to the end of the screen.
const ERASE_BELOW: &str = "\x1b[J";

/// What a key asks for. Space, the arrows to the sides, Page Up and Page Down, Backspace, Home and
/// End do the same on the explorer's page. `Q` differs: there the page begins to ask what comes
/// next.
fn command_of(key: &Key) -> Command {
    match key {
        Key::Char(' ') | Key::ArrowRight | Key::ArrowDown | Key::PageDown | Key::Enter => {
            Command::Go(Move::On)
        }
        Key::Backspace | Key::ArrowLeft | Key::ArrowUp | Key::PageUp => Command::Go(Move::Back),
        Key::Home => Command::Go(Move::First),
        Key::End => Command::Go(Move::Last),
        Key::Tab => Command::Go(Move::NextScene),
        Key::BackTab => Command::Go(Move::SceneBefore),
        Key::Char('q' | 'Q' | END_OF_INPUT) | Key::Escape => Command::Quit,
        Key::CtrlC => Command::Interrupt,
        _ => Command::Nothing,
    }
}

/// Ctrl-D, as a raw terminal sends it.
const END_OF_INPUT: char = '\x04';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_goes_on_and_backspace_back_and_what_is_unknown_does_nothing() {
        assert_eq!(command_of(&Key::Char(' ')), Command::Go(Move::On));
        assert_eq!(command_of(&Key::Backspace), Command::Go(Move::Back));
        assert_eq!(command_of(&Key::Char('q')), Command::Quit);
        assert_eq!(command_of(&Key::CtrlC), Command::Interrupt);
        assert_eq!(command_of(&Key::Char('x')), Command::Nothing);
        assert_eq!(command_of(&Key::Unknown), Command::Nothing);
    }
}
