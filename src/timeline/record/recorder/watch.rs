//! On the caller's thread: waits for a run, and gives it up when it makes no progress.
use super::RunEnd;
use crate::timeline::{
    Clock,
    record::{
        progress::{Progress, WITHOUT_A_SIGN},
        run::Run,
        verdict::Verdict,
    },
};
use std::{
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

/// What became of a run that was watched over.
pub(super) enum Watched<T> {
    /// It ended; none if its thread panicked.
    Ended(Option<RunEnd<T>>),
    /// It made no progress for too long, and its thread is left behind.
    GaveUp(Verdict),
}

/// Waits for the run, and gives it up when its runtime makes no progress for `limit`; on the paused
/// clock also when it shows no sign of life for longer: see [`WITHOUT_A_SIGN`].
pub(super) fn watch<T>(
    run: &Run,
    mut progress: Progress<(Instant, bool)>,
    limit: Duration,
    ended: &mpsc::Receiver<RunEnd<T>>,
) -> Watched<T> {
    let mut signs = progress.beside(run.signs_of_life());
    loop {
        match ended.recv_timeout(progress.slice()) {
            Ok(ended) => return Watched::Ended(Some(ended)),
            Err(RecvTimeoutError::Disconnected) => return Watched::Ended(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let (moved, asleep) = run.last_moved();
        let still = progress.look((moved, asleep));
        // On the real clock a runtime may well sleep that long. On the paused one it only does so
        // when it waits for another thread, since its own timers come at once.
        let may_sleep = asleep && run.clock == Clock::Real;
        if still >= limit && !may_sleep {
            return Watched::GaveUp(Verdict::no_progress(run, asleep, limit));
        }
        let longest = limit.saturating_mul(WITHOUT_A_SIGN);
        if signs.look(run.signs_of_life()) >= longest && run.clock == Clock::Paused {
            return Watched::GaveUp(Verdict::no_sign_of_life(run, longest));
        }
    }
}
