//! How long a thread slept, as another thread saw it.
//!
//! On the paused clock no time passes while `std::thread::sleep` keeps the thread, and the wall
//! clock does not tell sleeping from a process that is stopped, a machine that stands still or is
//! busy with something else, or a page that has to come from a disk. So a second thread looks every
//! few milliseconds at what the first one does. Linux tells of each thread in which call of the
//! system it waits, and how often it has been given a processor. If both are the same twice in a
//! row, then it was asleep in that call for all of the time in between. Only this is counted, and
//! not the call in which a runtime waits when it has nothing to do.
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How often the other thread looks.
const INTERVAL: Duration = Duration::from_millis(3);

/// Begins to watch the thread that calls this, until the sender of `stop` is dropped. The handle
/// gives how long it slept. Nothing where the system does not tell, or gives no more threads.
pub(crate) fn watch_this_thread(stop: Receiver<()>) -> Option<JoinHandle<Duration>> {
    let watched = system::Watched::this_thread()?;
    let builder = thread::Builder::new().name("looks whether a run sleeps".to_owned());
    builder.spawn(move || time_asleep(watched, stop)).ok()
}

fn time_asleep(mut watched: system::Watched, stop: Receiver<()>) -> Duration {
    let mut slept = Duration::ZERO;
    let mut before: Option<(system::Asleep, Instant)> = None;
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(INTERVAL) {
        // Before it looks, so that nothing is counted that came later.
        let now = Instant::now();
        let Some(asleep) = watched.look() else {
            before = None;
            continue;
        };
        if let Some((the_same, since)) = &before
            && *the_same == asleep
        {
            slept += now - *since;
        }
        before = Some((asleep, now));
    }
    slept
}

#[cfg(target_os = "linux")]
mod system {
    use std::{fs::File, os::unix::fs::FileExt};

    /// A thread of this process, as the system shows it in two files.
    pub(super) struct Watched {
        /// “running”, or the number of a call of the system, with its arguments and the place; the
        /// number is -1 for a thread that waits for something else, such as a page.
        call: File,
        /// How long it ran, how long it was ready and had no processor, and how often it got one.
        turns: File,
    }

    /// A thread sleeps: in which call, and since which of its turns on a processor. Two that are
    /// equal are one and the same sleep.
    #[derive(PartialEq)]
    pub(super) struct Asleep {
        call: String,
        turn: String,
    }

    impl Watched {
        pub(super) fn this_thread() -> Option<Watched> {
            if THE_RUNTIMES_OWN.is_empty() {
                return None;
            }
            // The link names the thread by its number, so that another thread can look.
            let thread = std::fs::read_link("/proc/thread-self").ok()?;
            let folder = std::path::Path::new("/proc").join(thread);
            let call = File::open(folder.join("syscall")).ok()?;
            let turns = File::open(folder.join("schedstat")).ok()?;
            Some(Watched { call, turns })
        }

        /// Nothing if the thread is not asleep, or asleep as a runtime is that has nothing to do.
        pub(super) fn look(&mut self) -> Option<Asleep> {
            let turns = contents(&self.turns)?;
            let call = contents(&self.call)?;
            let number: i64 = call.split(' ').next()?.parse().ok()?; // “running” is none
            if number < 0 || THE_RUNTIMES_OWN.contains(&number) {
                return None;
            }
            let turn = turns.split_whitespace().nth(2)?.to_owned();
            Some(Asleep { call, turn })
        }
    }

    /// The file as it is now; nothing if the thread has ended.
    fn contents(file: &File) -> Option<String> {
        let mut buffer = [0; 256];
        let length = file.read_at(&mut buffer, 0).ok()?;
        let text = std::str::from_utf8(&buffer[..length]).ok()?;
        Some(text.trim_end().to_owned())
    }

    /// The calls in which tokio waits for sockets and timers: epoll_wait, epoll_pwait, epoll_pwait2.
    /// Where they are not known, nothing is said of any thread.
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
    /// Other systems have no such files.
    pub(super) enum Watched {}

    #[derive(PartialEq)]
    pub(super) enum Asleep {}

    impl Watched {
        pub(super) fn this_thread() -> Option<Watched> {
            None
        }

        pub(super) fn look(&mut self) -> Option<Asleep> {
            match *self {}
        }
    }
}
