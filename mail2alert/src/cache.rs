//! Facts that are fetched when they are needed, at most once at a time, and kept for a while.
//!
//! The original noted that it had facts before it had them: when the GET failed, it held nothing
//! for facts for half a minute, and each notification of that time was refused for good. Here a
//! failure is never kept: the next caller tries again.
use super::rest::RestError;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

type Fetched<T> = Result<Arc<T>, RestError>;
type Flight<T> = BoxFuture<'static, Fetched<T>>;

/// Facts, and how to get them.
pub struct Cache<T> {
    /// One GET, and what it brought.
    fetch: Box<dyn Fn() -> BoxFuture<'static, Result<T, RestError>> + Send + Sync>,
    /// How long what it brought is good for.
    keep: CachePolicy,
    /// Shared with the GET that is under way, which notes its result here.
    state: Arc<Mutex<State<T>>>,
}

/// How long facts are good for, counted from when they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// For so long there is no second GET.
    pub fresh: Duration,
    /// So long they are better than nothing: they are used if asking again fails.
    pub stale: Duration,
}

struct State<T> {
    /// What was fetched last, and when it was asked for.
    known: Option<(Instant, Arc<T>)>,
    /// The GET that is under way. It is not kept alive from here: when no caller waits for it any
    /// more, it is gone.
    flight: Option<WeakShared<Flight<T>>>,
}

/// What a caller got that asked for facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached<T> {
    /// The facts.
    pub facts: Arc<T>,
    /// How old they are.
    pub age: Duration,
    /// Why there are none that are fresher, if they are stale.
    pub stale: Option<RestError>,
}

impl<T: Send + Sync + 'static> Cache<T> {
    /// Facts that `fetch` gets.
    pub fn new<F>(keep: CachePolicy, fetch: impl Fn() -> F + Send + Sync + 'static) -> Cache<T>
    where
        F: Future<Output = Result<T, RestError>> + Send + 'static,
    {
        let state = Arc::new(Mutex::new(State { known: None, flight: None }));
        Cache { fetch: Box::new(move || fetch().boxed()), keep, state }
    }

    /// The facts: those that are known, if they are fresh; else those that are fetched now, by one
    /// GET for all that ask meanwhile; else, if that fails, those that are known, if they are not
    /// too old.
    ///
    /// Dropping the future is no harm to the others that wait. When the last one is dropped, so is
    /// the GET.
    ///
    /// # Errors
    /// Why the GET failed, if nothing is known or what is known is too old.
    pub async fn get(&self) -> Result<Cached<T>, RestError> {
        let flight = {
            let mut state = lock(&self.state);
            match &state.known {
                Some((asked, facts)) if asked.elapsed() < self.keep.fresh => {
                    return Ok(Cached { facts: facts.clone(), age: asked.elapsed(), stale: None });
                }
                _ => self.join_or_start(&mut state),
            }
        };
        let error = match flight.await {
            Ok(facts) => return Ok(Cached { facts, age: Duration::ZERO, stale: None }),
            Err(error) => error,
        };
        match &lock(&self.state).known {
            Some((asked, facts)) if asked.elapsed() <= self.keep.stale => {
                Ok(Cached { facts: facts.clone(), age: asked.elapsed(), stale: Some(error) })
            }
            _ => Err(error),
        }
    }

    fn join_or_start(&self, state: &mut State<T>) -> Shared<Flight<T>> {
        if let Some(flight) = state.flight.as_ref().and_then(WeakShared::upgrade) {
            return flight;
        }
        let fetch = (self.fetch)();
        let asked = Instant::now();
        let shared_state = self.state.clone();
        let flight = async move {
            let fetched = fetch.await.map(Arc::new);
            // Before any caller hears of it, so that none can join a GET that is over.
            let mut state = lock(&shared_state);
            state.flight = None;
            if let Ok(facts) = &fetched {
                state.known = Some((asked, facts.clone()));
            }
            fetched
        };
        let flight = flight.boxed().shared();
        state.flight = flight.downgrade();
        flight
    }
}

impl<T> fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// There is no panic while it is held.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::{
        pin::pin,
        sync::atomic::{AtomicU64, Ordering::SeqCst},
    };
    use tokio::time::{sleep, timeout};

    const SECOND: Duration = Duration::from_secs(1);

    /// Facts that are the number of the GET, which takes a second, and fails if its number is among
    /// `failing`.
    fn facts(failing: &'static [u64]) -> (Cache<u64>, Arc<AtomicU64>) {
        let gets = Arc::new(AtomicU64::new(0));
        let counted = gets.clone();
        let keep = CachePolicy { fresh: 30 * SECOND, stale: 100 * SECOND };
        let facts = Cache::new(keep, move || {
            let number = counted.fetch_add(1, SeqCst) + 1;
            async move {
                sleep(SECOND).await;
                if failing.contains(&number) { Err(error(number)) } else { Ok(number) }
            }
        });
        (facts, gets)
    }

    fn error(number: u64) -> RestError {
        RestError::Garbage(format!("GET {number} failed"))
    }

    fn got(facts: u64, age: u32, stale: Option<RestError>) -> Result<Cached<u64>, RestError> {
        Ok(Cached { facts: Arc::new(facts), age: age * SECOND, stale })
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_calls_at_once_share_one_get() {
        let (facts, gets) = facts(&[]);
        let start = Instant::now();
        let all = join_all((0..100).map(|_| facts.get())).await;
        assert!(all.iter().all(|one| *one == got(1, 0, None)), "{all:?}");
        assert_eq!((gets.load(SeqCst), start.elapsed()), (1, SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn fresh_facts_are_not_asked_for_again() {
        let (facts, _) = facts(&[]);
        assert_eq!(facts.get().await, got(1, 0, None)); // asked for at 0 s, here at 1 s
        sleep(28 * SECOND).await;
        assert_eq!(facts.get().await, got(1, 29, None));
        sleep(SECOND).await;
        assert_eq!(facts.get().await, got(2, 0, None), "after 30 s they are not fresh");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_all_that_wait_and_never_kept() {
        let (facts, gets) = facts(&[1]);
        let all = join_all((0..3).map(|_| facts.get())).await;
        assert_eq!(all, [Err(error(1)), Err(error(1)), Err(error(1))]);
        assert_eq!(gets.load(SeqCst), 1);
        assert_eq!(facts.get().await, got(2, 0, None), "the next caller tries again");
    }

    #[tokio::test(start_paused = true)]
    async fn stale_facts_are_used_for_a_stated_time_and_no_longer() {
        let (facts, _) = facts(&[2, 3]);
        assert_eq!(facts.get().await, got(1, 0, None)); // asked for at 0 s
        sleep(98 * SECOND).await;
        assert_eq!(facts.get().await, got(1, 100, Some(error(2))), "at 100 s");
        assert_eq!(facts.get().await, Err(error(3)), "at 101 s");
        assert_eq!(facts.get().await, got(4, 0, None));
    }

    #[tokio::test(start_paused = true)]
    async fn to_give_up_harms_no_other_and_an_abandoned_get_is_gone() {
        let (facts, gets) = facts(&[]);
        let mut waiting = pin!(facts.get());
        assert!(timeout(SECOND / 2, facts.get()).await.is_err());
        assert_eq!(
            waiting.as_mut().now_or_never(),
            None,
            "it joins a new GET, since the first has been abandoned"
        );
        let both = futures::join!(waiting, timeout(SECOND / 2, facts.get()));
        assert_eq!(both.0, got(2, 0, None));
        assert!(both.1.is_err());
        assert_eq!(gets.load(SeqCst), 2);
    }
}
