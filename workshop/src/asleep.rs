//! How long a thread slept, as another thread saw it.
//!
//! On the paused clock no time passes while `std::thread::sleep` keeps the thread, and the wall
//! clock does not tell sleeping from a process that is stopped, a machine that stands still or is
//! busy with something else, or a page that has to come from a disk. So a second thread looks every
//! few milliseconds at what the first one does. Linux tells of each thread in which call of the
//! system it waits, how long it ran, how long it was ready to run and did not, and how often it was
//! given a processor. Only a sleep that was seen counts, and not the one of a runtime that has
//! nothing to do.
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How often the other thread looks.
const INTERVAL: Duration = Duration::from_millis(3);

/// Begins to watch the thread that calls this, until the sender of `stop` is dropped. The handle
/// gives how long it slept. Nothing where the system does not tell, or gives no more threads.
pub(crate) fn watch_this_thread(stop: Receiver<()>) -> Option<JoinHandle<Asleep>> {
    let watched = system::Watched::this_thread()?;
    let begin = watched.look()?;
    let builder = thread::Builder::new().name("looks whether a run sleeps".to_owned());
    builder.spawn(move || time_asleep(&watched, begin, &stop)).ok()
}

/// What was seen of a thread that slept.
#[derive(Default)]
pub(crate) struct Asleep {
    /// How long, in whatever call of the system: it may have waited for a lock.
    pub(crate) time: Duration,
    /// It was seen in a call that does nothing but sleep. No part of the harness makes one, so it
    /// was the answer's. One that is shorter than a few looks may be seen in one run and not in the
    /// next, so this alone says nothing.
    pub(crate) told_to: bool,
}

fn time_asleep(watched: &system::Watched, begin: Look, stop: &Receiver<()>) -> Asleep {
    let mut slept = Asleep::default();
    let mut before = begin;
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(INTERVAL) {
        let Some(now) = watched.look() else { break }; // the thread has ended
        slept.time += slept_between(&before, &now);
        slept.told_to |= matches!(&now.state, State::AsleepIn(call) if system::is_a_sleep(call));
        before = now;
    }
    slept
}

/// What was seen of a thread at one moment. The two times and the turns count from its beginning.
struct Look {
    /// Between two looks so much time has passed; what the thread neither ran nor waited of that,
    /// it slept.
    at: Instant,
    /// It had a processor.
    ran: Duration,
    /// It was ready to run, and others had the processors.
    waited: Duration,
    /// How often it was given a processor: as long as this is the same, it has not run in between,
    /// or has not stopped running.
    turn: u64,
    /// Two looks show a sleep only if the thread sleeps at one of them.
    state: State,
}

/// What a thread does.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "only Linux tells it, and the tests, which run everywhere, need it")
)]
enum State {
    /// It runs, or is ready to.
    Running,
    /// It sleeps in this call of the system, with these arguments.
    AsleepIn(String),
    /// It waits for sockets and timers, as a runtime does, or for a page that has to be read, or it
    /// has been stopped.
    Waiting,
}

/// How long the thread slept between two looks, as far as they show it. What a process slept that
/// was stopped is not shown: going on takes it a turn more.
fn slept_between(before: &Look, now: &Look) -> Duration {
    let wall = now.at.saturating_duration_since(before.at);
    let ran = now.ran.saturating_sub(before.ran);
    let waited = now.waited.saturating_sub(before.waited);
    let turns = now.turn - before.turn;
    match (&before.state, &now.state) {
        // It is one and the same sleep.
        (State::AsleepIn(call), State::AsleepIn(the_same)) if turns == 0 && call == the_same => {
            wall
        }
        // It ran, and went to sleep: since then it has had no other turn.
        (State::Running, State::AsleepIn(_)) if turns == 0 => wall.saturating_sub(ran),
        // It slept, was woken and has run since: that is one turn.
        (State::AsleepIn(_), State::Running) if turns == 1 => wall.saturating_sub(ran + waited),
        _ => Duration::ZERO,
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::{Look, State};
    use std::{
        fs::File,
        os::unix::fs::FileExt,
        time::{Duration, Instant},
    };

    /// A thread of this process, as the system shows it in three files.
    pub(super) struct Watched {
        /// Among much else a letter: S for a thread that sleeps, T for one that has been stopped.
        state: File,
        /// “running”, or the number of a call of the system, with its arguments and the place; the
        /// number is -1 for a thread that waits for something else, such as a page. One that was
        /// stopped has the number of its last call.
        call: File,
        /// How long it ran, how long it was ready and had no processor, and how often it got one.
        turns: File,
    }

    impl Watched {
        pub(super) fn this_thread() -> Option<Watched> {
            if THE_RUNTIMES_OWN.is_empty() {
                return None;
            }
            // The link names the thread by its number, so that another thread can look.
            let thread = std::fs::read_link("/proc/thread-self").ok()?;
            let folder = std::path::Path::new("/proc").join(thread);
            let state = File::open(folder.join("stat")).ok()?;
            let call = File::open(folder.join("syscall")).ok()?;
            let turns = File::open(folder.join("schedstat")).ok()?;
            Some(Watched { state, call, turns })
        }

        /// Nothing if the thread has ended.
        pub(super) fn look(&self) -> Option<Look> {
            let at = Instant::now();
            // In this order: a thread that goes to sleep in between is taken for one that ran.
            let turns = contents(&self.turns)?;
            let letter = letter(&contents(&self.state)?)?;
            let call = contents(&self.call)?;
            let mut numbers = turns.split_whitespace();
            let ran = Duration::from_nanos(numbers.next()?.parse().ok()?);
            let waited = Duration::from_nanos(numbers.next()?.parse().ok()?);
            let turn = numbers.next()?.parse().ok()?;
            Some(Look { at, ran, waited, turn, state: state(letter, call) })
        }
    }

    /// It follows the name of the thread, which stands in parentheses and may have others in it.
    fn letter(stat: &str) -> Option<char> {
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.chars().next()
    }

    fn state(letter: char, call: String) -> State {
        let number = call.split(' ').next().unwrap_or_default().parse::<i64>();
        match number {
            _ if letter == 'R' => State::Running,
            Err(_) => State::Running,
            Ok(number) if number < 0 || THE_RUNTIMES_OWN.contains(&number) => State::Waiting,
            Ok(_) if letter == 'S' => State::AsleepIn(call),
            Ok(_) => State::Waiting,
        }
    }

    /// The file as it is now.
    fn contents(file: &File) -> Option<String> {
        let mut buffer = [0; 256];
        let length = file.read_at(&mut buffer, 0).ok()?;
        let text = std::str::from_utf8(&buffer[..length]).ok()?;
        Some(text.trim_end().to_owned())
    }

    /// Whether it is the call of `std::thread::sleep`: nanosleep or clock_nanosleep.
    pub(super) fn is_a_sleep(call: &str) -> bool {
        let number = call.split(' ').next().and_then(|number| number.parse().ok());
        number.is_some_and(|number: i64| SLEEPS.contains(&number))
    }

    const SLEEPS: &[i64] = if cfg!(target_arch = "x86_64") {
        &[35, 230]
    } else if cfg!(target_arch = "aarch64") {
        &[101, 115]
    } else {
        &[]
    };

    /// The calls in which tokio waits for sockets and timers: epoll_wait, epoll_pwait,
    /// epoll_pwait2. Where they are not known, nothing is said of any thread.
    const THE_RUNTIMES_OWN: &[i64] = if cfg!(target_arch = "x86_64") {
        &[232, 281, 441]
    } else if cfg!(target_arch = "aarch64") {
        &[22, 441]
    } else {
        &[]
    };
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Look;

    /// Other systems have no such files.
    pub(super) enum Watched {}

    pub(super) fn is_a_sleep(_: &str) -> bool {
        false
    }

    impl Watched {
        pub(super) fn this_thread() -> Option<Watched> {
            None
        }

        pub(super) fn look(&self) -> Option<Look> {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn only_a_sleep_that_was_seen_counts() {
        let begin = Instant::now();
        let look = |at: u64, ran: u64, turn: u64, state: State| Look {
            at: begin + ms(at),
            ran: ms(ran),
            waited: ms(0),
            turn,
            state,
        };
        let asleep = || State::AsleepIn("230 0x0".to_owned());
        let between = |before: Look, now: Look| slept_between(&before, &now).as_millis();
        // One sleep, seen twice; and seen once, before and after it.
        assert_eq!(between(look(0, 1, 7, asleep()), look(30, 1, 7, asleep())), 30);
        assert_eq!(between(look(0, 1, 7, State::Running), look(30, 3, 7, asleep())), 28);
        assert_eq!(between(look(0, 1, 7, asleep()), look(30, 2, 8, State::Running)), 29);
        // It ran in between, or was stopped: nothing tells what it did meanwhile.
        assert_eq!(between(look(0, 1, 7, asleep()), look(30, 1, 8, asleep())), 0);
        assert_eq!(between(look(0, 1, 7, asleep()), look(30, 1, 9, State::Running)), 0);
        assert_eq!(between(look(0, 1, 7, State::Running), look(30, 1, 8, asleep())), 0);
        assert_eq!(between(look(0, 1, 7, asleep()), look(30, 1, 8, State::Waiting)), 0);
        // It ran, or its machine stood still.
        assert_eq!(between(look(0, 1, 7, State::Running), look(30, 1, 7, State::Running)), 0);
    }
}
