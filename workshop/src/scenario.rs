//! The circumstances under which an exercise runs: those that its file shows, or others.
//!
//! One set of numbers can be fitted to. So each exercise is judged in several scenarios: boiling
//! takes longer, the other page fails, the caller goes away. The learner's lines stay what they
//! are; what is around them asks for its times and values here.
use std::{
    any::Any,
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// The scenario of the run that is under way, if it is not the one that the file shows. It is for
/// all threads, since a closure on another thread has to see the same values.
static CURRENT: RwLock<Option<Scenario>> = RwLock::new(None);

/// Held during a run: the tests of one file run at the same time, and there is one [`CURRENT`].
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A value of any type that can be shared between threads.
type Value = Box<dyn Any + Send + Sync>;

/// What is different in another scenario. Begin with [`scenario`], end with [`Scenario::attempt`].
#[must_use = "a scenario does nothing until it is attempted"]
#[derive(Default)]
pub struct Scenario {
    /// What is different, in words: the learner reads it below the headline.
    name: &'static str,
    /// Looked through in this order; the first that stands for a value counts.
    substitutes: Vec<Substitute>,
    /// What takes longer, and by how much.
    delays: Vec<(Value, Duration)>,
    /// From when until when another task holds the locks of [`shared`](crate::shared).
    held: Option<(Duration, Duration)>,
}

/// What stands here for a value of the file.
struct Substitute {
    /// The value as it stands in the file: there is no other name for it there.
    shown: Value,
    /// One after the other, and from the beginning again.
    here: Vec<Value>,
    /// How often it has been asked for: that gives the place in `here`.
    uses: AtomicUsize,
}

/// A scenario that is not the one in the file; `name` says in what.
pub fn scenario(name: &'static str) -> Scenario {
    Scenario { name, ..Scenario::default() }
}

impl Scenario {
    /// Whatever takes `shown` milliseconds in the file takes `here` milliseconds: [`ms`] and
    /// [`given`] replace the number.
    pub fn time(self, shown: u64, here: u64) -> Scenario {
        self.times(shown, &[here])
    }

    /// Like [`Scenario::time`], another number each time, and from the beginning again when all
    /// have been used.
    pub fn times(self, shown: u64, here: &[u64]) -> Scenario {
        self.substitute(shown, here.to_vec())
    }

    /// Where the file says `given(shown)`, it gets `here`.
    pub fn value<V: Any + Send + Sync>(self, shown: V, here: V) -> Scenario {
        self.substitute(shown, vec![here])
    }

    /// Where the file awaits [`delay`] with this key, this many milliseconds pass.
    pub fn delay<K: Any + Send + Sync>(mut self, of: K, milliseconds: u64) -> Scenario {
        self.delays.push((Box::new(of), Duration::from_millis(milliseconds)));
        self
    }

    /// A task that the file does not show holds the locks of [`shared`](crate::shared) between
    /// these times, in milliseconds since they were made.
    pub fn held(mut self, from: u64, until: u64) -> Scenario {
        self.held = Some((Duration::from_millis(from), Duration::from_millis(until)));
        self
    }

    fn substitute<V: Any + Send + Sync>(mut self, shown: V, here: Vec<V>) -> Scenario {
        let mut values: Vec<Value> = vec![];
        for value in here {
            values.push(Box::new(value));
        }
        let uses = AtomicUsize::new(0);
        self.substitutes.push(Substitute { shown: Box::new(shown), here: values, uses });
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// While it lives, the values of a scenario are given. Others wait for their turn.
pub(crate) struct UnderWay(
    #[expect(unused, reason = "it is kept, not read")] MutexGuard<'static, ()>,
);

impl UnderWay {
    pub(crate) fn begin(scenario: Option<Scenario>) -> UnderWay {
        // A verdict is a panic, and may have poisoned the lock; there is nothing behind it that
        // could be half done.
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = scenario;
        UnderWay(turn)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A socket that listens on this machine; nothing where it has no network at all, not even its own.
/// A socket can listen even then, so it is tried whether a client gets through.
pub fn loopback() -> Option<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").ok()?;
    let client = std::net::TcpStream::connect(listener.local_addr().ok()?).ok()?;
    // The one that came, and no other: the next one to be accepted is the exercise's.
    listener.accept().ok()?;
    drop(client);
    Some(listener)
}

/// This many milliseconds, as the file shows; in another scenario it can be another time.
pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(given(milliseconds))
}

/// This value, as the file shows; in another scenario it can be another value.
pub fn given<V: Any + Clone + PartialEq>(shown: V) -> V {
    let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    let Some(scenario) = &*current else { return shown };
    for substitute in &scenario.substitutes {
        if substitute.shown.downcast_ref::<V>() == Some(&shown) {
            let use_number = substitute.uses.fetch_add(1, Ordering::Relaxed);
            let here = &substitute.here[use_number % substitute.here.len()];
            return here.downcast_ref::<V>().expect("it is of the same type").clone();
        }
    }
    shown
}

/// Takes no time, as the file shows; in another scenario it can take some.
pub async fn delay<K: Any + PartialEq>(of: K) {
    let time = delay_of(&of);
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Not part of [`delay`], so that the lock is not held across its `.await`.
pub(crate) fn delay_of<K: Any + PartialEq>(of: &K) -> Duration {
    let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    let Some(scenario) = &*current else { return Duration::ZERO };
    for (key, time) in &scenario.delays {
        if key.downcast_ref::<K>() == Some(of) {
            return *time;
        }
    }
    Duration::ZERO
}

/// From when until when another task holds each lock, since it was made, if one does.
pub(crate) fn held_by_another() -> Option<(Duration, Duration)> {
    let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    current.as_ref()?.held
}
