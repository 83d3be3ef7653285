//! The async context manager: what is left, when, in which order, and where it is reported when
//! that fails.
use async_concepts::{
    LaneExt,
    context::{AsyncContext, BodyOutcome, CleanupError, Cleanups, Exit},
    record, say,
};
use futures::{FutureExt, future::pending, join};
use std::{error::Error, panic::AssertUnwindSafe, time::Duration};
use tokio::{
    runtime, select, spawn,
    time::{sleep, timeout},
};

type Fault = Box<dyn Error + Send + Sync>;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Says what happens to it. It enters and exits within 10 ms, and passes errors on, unless it is
/// told otherwise.
struct Door {
    name: &'static str,
    enter: Result<Duration, &'static str>,
    exit: Duration,
    then: Then,
}

enum Then {
    Exit(Exit),
    Fail,
    Panic,
}

fn door(name: &'static str) -> Door {
    Door { name, enter: Ok(ms(10)), exit: ms(10), then: Then::Exit(Exit::PassOn) }
}

impl Door {
    fn locked(mut self) -> Door {
        self.enter = Err("locked");
        self
    }

    fn leaves_in(mut self, exit: Duration) -> Door {
        self.exit = exit;
        self
    }

    fn then(mut self, then: Then) -> Door {
        self.then = then;
        self
    }
}

impl AsyncContext for Door {
    type Value = String;
    type Error = Fault;

    async fn enter(&mut self) -> Result<String, Fault> {
        sleep(self.enter?).await;
        Ok(self.name.into())
    }

    async fn exit(&mut self, outcome: &BodyOutcome<Fault>) -> Result<Exit, Fault> {
        say!("{} {outcome}", self.name);
        sleep(self.exit).await;
        say!("{} left", self.name);
        match self.then {
            Then::Exit(exit) => Ok(exit),
            Then::Fail => Err("the door jams".into()),
            Then::Panic => panic!("the door falls off"),
        }
    }
}

/// The last thing that happens to a door.
impl Drop for Door {
    fn drop(&mut self) {
        say!("{} dropped", self.name);
    }
}

/// What a body holds.
struct Candle;

impl Drop for Candle {
    fn drop(&mut self) {
        say!("candle out");
    }
}

fn cleanups() -> Cleanups {
    Cleanups::within(ms(1000))
}

async fn forever(_: String) -> Result<(), Fault> {
    pending().await
}

async fn fails(_: String) -> Result<(), Fault> {
    Err("too dark".into())
}

async fn panics(_: String) -> Result<(), Fault> {
    panic!("a ghost")
}

fn words<T>(result: Result<T, Fault>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

// How the body ends

#[test]
fn a_body_that_succeeds_gives_its_value_when_the_exit_is_over() {
    let run = record("success", async || {
        words(cleanups().with(door("door"), async |name| Ok(name.len())).await)
    });
    assert_eq!(
        run.transcript(),
        ["0.010 main door succeeded", "0.020 main door left", "0.020 main door dropped"]
    );
    assert_eq!(run.output(), Ok(Some(4)));
}

#[test]
fn an_error_of_the_body_is_passed_on() {
    let run = record("error", async || words(cleanups().with(door("door"), fails).await));
    assert_eq!(run.transcript()[0], "0.010 main door failed: too dark");
    assert_eq!(run.output(), Err("too dark".into()));
}

#[test]
fn an_error_of_the_body_can_be_swallowed() {
    let door = || door("door").then(Then::Exit(Exit::Swallow));
    let run = record("swallowed", async move || words(cleanups().with(door(), fails).await));
    assert_eq!(run.output(), Ok(None));
    let run = record("nothing to swallow", async move || {
        words(cleanups().with(door(), async |_| Ok(1)).await)
    });
    assert_eq!(run.output(), Ok(Some(1)));
}

#[test]
fn an_error_of_the_exit_takes_the_place_of_what_the_body_returned() {
    for body in [Ok(()), Err("too dark")] {
        let run = record("exit fails", async move || {
            let cleanups = cleanups();
            let result = cleanups
                .with(door("door").then(Then::Fail), async |_| body.map_err(Fault::from))
                .await;
            (words(result), cleanups.wait().await)
        });
        assert_eq!(run.output(), (Err("the door jams".into()), Ok(())), "{body:?}");
    }
}

#[test]
fn a_panic_of_the_body_goes_on_when_the_exit_is_over_and_cannot_be_swallowed() {
    let run = record("panic", async || {
        let cleanups = cleanups();
        let with = cleanups.with(door("door").then(Then::Exit(Exit::Swallow)), panics);
        let panic = AssertUnwindSafe(with).catch_unwind().await.expect_err("the panic went on");
        say!("{}", panic.downcast_ref::<&str>().expect("the body's own"));
        cleanups.wait().await
    });
    assert_eq!(
        run.transcript(),
        [
            "0.010 main door panicked",
            "0.020 main door left",
            "0.020 main door dropped",
            "0.020 main a ghost"
        ]
    );
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn what_the_exit_did_wrong_after_a_panic_is_told_by_wait() {
    for (then, error) in [
        (Then::Fail, CleanupError::Failed("the door jams".into())),
        (Then::Panic, CleanupError::Panicked),
    ] {
        let run = record("panic", async move || {
            let cleanups = cleanups();
            let with = cleanups.with(door("door").then(then), panics);
            let panic = AssertUnwindSafe(with).catch_unwind().await.expect_err("the panic went on");
            assert_eq!(
                panic.downcast_ref(),
                Some(&"a ghost"),
                "the body's panic is the one that goes on"
            );
            cleanups.wait().await
        });
        assert_eq!(run.output(), Err(vec![error]));
    }
}

#[test]
fn a_panic_of_the_exit_goes_to_the_caller() {
    let run = record("exit panics", async || {
        let cleanups = cleanups();
        let with = cleanups.with(door("door").then(Then::Panic), async |_| Ok(()));
        assert!(AssertUnwindSafe(with).catch_unwind().await.is_err(), "the panic went on");
        cleanups.wait().await
    });
    assert_eq!(run.output(), Ok(()), "the caller has heard of it");
}

// Cancellation

#[test]
fn a_body_that_is_cancelled_is_left_in_a_task() {
    let run = record("cancelled", async || {
        let cleanups = cleanups();
        assert!(timeout(ms(100), cleanups.with(door("door"), forever)).await.is_err());
        say!("timed out");
        let result = cleanups.wait().await;
        say!("waited");
        result
    });
    assert_eq!(
        run.transcript(),
        [
            "0.100 main timed out",
            "0.100 cleanup door cancelled",
            "0.110 cleanup door left",
            "0.110 cleanup door dropped",
            "0.110 main waited",
        ]
    );
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn however_it_is_cancelled_the_exit_runs() {
    let select = record("select", async || {
        let cleanups = cleanups();
        select! {
            biased;
            _ = cleanups.with(door("door"), forever) => {}
            () = sleep(ms(100)) => {}
        }
        cleanups.wait().await
    });
    let drop = record("drop", async || {
        let cleanups = cleanups();
        let mut work = Box::pin(cleanups.with(door("door"), forever));
        assert!(timeout(ms(100), &mut work).await.is_err());
        drop(work);
        cleanups.wait().await
    });
    let abort = record("abort", async || {
        let cleanups = cleanups();
        let theirs = cleanups.clone();
        let task = spawn(async move { words(theirs.with(door("door"), forever).await) });
        sleep(ms(100)).await;
        task.abort();
        // The task has not been dropped yet; but since it has entered, this waits for it.
        cleanups.wait().await
    });
    for run in [select, drop, abort] {
        assert_eq!(
            run.transcript(),
            [
                "0.100 cleanup door cancelled",
                "0.110 cleanup door left",
                "0.110 cleanup door dropped"
            ],
            "{}",
            run.title
        );
        assert_eq!(run.output(), Ok(()));
    }
}

#[test]
fn what_was_not_entered_is_not_left() {
    let run = record("never entered", async || {
        let cleanups = cleanups();
        say!(
            "{}",
            words(cleanups.with(door("locked").locked(), forever).await).expect_err("it is locked")
        );
        assert!(timeout(ms(5), cleanups.with(door("half-way"), forever)).await.is_err());
        drop(cleanups.with(door("lazy"), forever));
        cleanups.wait().await
    });
    assert_eq!(
        run.transcript(),
        [
            "0.000 main locked dropped",
            "0.000 main locked",
            "0.005 main half-way dropped",
            "0.005 main lazy dropped",
        ]
    );
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn what_the_body_holds_is_dropped_before_the_exit_begins() {
    let by_itself = record("by itself", async || {
        let cleanups = cleanups();
        let with = cleanups.with(door("door"), async |_| {
            let _candle = Candle;
            Ok(())
        });
        words(with.await)
    });
    assert_eq!(by_itself.transcript()[..2], ["0.010 main candle out", "0.010 main door succeeded"]);
    let cancelled = record("cancelled", async || {
        let cleanups = cleanups();
        let with = cleanups.with(door("door"), async |name| {
            let _candle = Candle;
            forever(name).await
        });
        assert!(timeout(ms(100), with).await.is_err());
        cleanups.wait().await
    });
    assert_eq!(
        cancelled.transcript()[..2],
        ["0.100 main candle out", "0.100 cleanup door cancelled"]
    );
    let panicked = record("panicked", async || {
        let with = async {
            cleanups()
                .with(door("door"), async |name| {
                    let _candle = Candle;
                    panics(name).await
                })
                .await
        };
        assert!(AssertUnwindSafe(with).catch_unwind().await.is_err());
    });
    assert_eq!(panicked.transcript()[..2], ["0.010 main candle out", "0.010 main door panicked"]);
}

#[test]
fn an_exit_that_has_begun_goes_on_when_its_caller_is_cancelled() {
    let run = record("cancelled in the exit", async || {
        let cleanups = cleanups();
        let slow = door("door").leaves_in(ms(100));
        let with = cleanups.with(slow, fails);
        assert!(timeout(ms(50), with).await.is_err());
        say!("timed out");
        cleanups.wait().await
    });
    assert_eq!(
        run.transcript(),
        [
            "0.010 main door failed: too dark", // and not, later, `cancelled`
            "0.050 main timed out",
            "0.110 cleanup door left",
            "0.110 cleanup door dropped",
        ]
    );
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn contexts_are_left_from_the_inside_out_even_if_all_are_cancelled_at_once() {
    let run = record("nested", async || {
        let cleanups = cleanups();
        let nested = cleanups.with(door("house"), async |_| {
            cleanups
                .with(door("room"), async |_| cleanups.with(door("safe"), forever).await.map(drop))
                .await
                .map(drop)
        });
        assert!(timeout(ms(100), nested).await.is_err());
        cleanups.wait().await
    });
    let left: Vec<String> =
        run.transcript().into_iter().filter(|line| !line.ends_with("dropped")).collect();
    assert_eq!(
        left,
        [
            "0.100 cleanup safe cancelled",
            "0.110 cleanup safe left",
            "0.110 cleanup room cancelled",
            "0.120 cleanup room left",
            "0.120 cleanup house cancelled",
            "0.130 cleanup house left",
        ]
    );
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn what_was_cancelled_inside_a_body_is_left_before_its_own_context() {
    let run = record("cancelled inside", async || {
        let cleanups = cleanups();
        let with = cleanups.with(door("house"), async |_| {
            let room = door("room").leaves_in(ms(100));
            assert!(timeout(ms(50), cleanups.with(room, forever)).await.is_err());
            Ok(())
        });
        words(with.await)
    });
    let left: Vec<String> =
        run.transcript().into_iter().filter(|line| !line.ends_with("dropped")).collect();
    assert_eq!(
        left,
        [
            "0.060 cleanup room cancelled",
            "0.160 cleanup room left",
            "0.160 main house succeeded",
            "0.170 main house left",
        ]
    );
    assert_eq!(run.output(), Ok(Some(())));
}

#[test]
fn contexts_beside_each_other_are_left_at_the_same_time() {
    let run = record("beside each other", async || {
        let cleanups = cleanups();
        let both = async {
            join!(cleanups.with(door("left"), forever), cleanups.with(door("right"), forever))
        };
        assert!(timeout(ms(100), both).await.is_err());
        cleanups.wait().await
    });
    assert_eq!(run.elapsed, ms(110), "they took turns");
    assert_eq!(run.output(), Ok(()));
}

#[test]
fn whenever_it_is_cancelled_each_context_is_left_once_and_in_order() {
    for at in 0..=100 {
        let run = record("cancelled at some time", async move || {
            let cleanups = cleanups();
            let nested = cleanups.with(door("house"), async |_| {
                say!("house entered");
                let inner = async |_| {
                    say!("room entered");
                    sleep(ms(20)).await;
                    Ok(())
                };
                cleanups.with(door("room").leaves_in(ms(30)), inner).await
            });
            let _ = timeout(ms(at), nested).await;
            cleanups.wait().await
        });
        let names = |what: &str| -> Vec<String> {
            let lines = run.lines.iter().filter_map(|line| line.text.strip_suffix(what));
            lines.map(str::to_owned).collect()
        };
        let (entered, mut left) = (names(" entered"), names(" left"));
        left.reverse();
        assert_eq!(entered, left, "cancelled at {at} ms: {:#?}", run.transcript());
        assert_eq!(entered.len(), [0, 1, 2][(at as usize / 10).min(2)], "cancelled at {at} ms");
        assert_eq!(run.output(), Ok(()), "cancelled at {at} ms");
    }
}

// The bound, and what goes wrong

#[test]
fn an_exit_that_takes_too_long_is_dropped() {
    let run = record("too long", async || {
        let cleanups = cleanups();
        let result = words(cleanups.with(door("door").leaves_in(ms(5000)), async |_| Ok(())).await);
        (result, cleanups.wait().await)
    });
    assert_eq!(run.transcript(), ["0.010 main door succeeded", "1.010 main door dropped"]);
    assert_eq!(run.output(), (Err("the cleanup was not over after 1s".into()), Ok(())));
}

#[test]
fn an_error_of_the_body_outlives_an_exit_that_takes_too_long() {
    let run = record("too long", async || {
        let cleanups = cleanups();
        let result = words(cleanups.with(door("door").leaves_in(ms(5000)), fails).await);
        (result, cleanups.wait().await)
    });
    assert_eq!(run.output(), (Err("too dark".into()), Err(vec![CleanupError::Overran(ms(1000))])));
}

#[test]
fn the_bound_holds_after_a_cancellation_and_wait_says_what_went_wrong_once() {
    let run = record("what can go wrong", async || {
        let cleanups = cleanups();
        let all = async {
            join!(
                cleanups.with(door("slow").leaves_in(ms(5000)), forever),
                cleanups.with(door("fails").then(Then::Fail), forever),
                cleanups.with(door("panics").leaves_in(ms(20)).then(Then::Panic), forever)
            )
        };
        assert!(timeout(ms(100), all).await.is_err());
        let errors = cleanups.wait().await;
        assert_eq!(cleanups.wait().await, Ok(()), "told twice");
        errors
    });
    assert_eq!(run.elapsed, ms(1100));
    let failed = CleanupError::Failed("the door jams".into());
    assert_eq!(
        run.output(),
        Err(vec![failed, CleanupError::Panicked, CleanupError::Overran(ms(1000))])
    );
}

// Waiting

#[test]
fn wait_waits_for_all_that_have_been_entered_and_for_nothing_else() {
    let run = record("wait", async || {
        let cleanups = cleanups();
        assert_eq!(cleanups.wait().await, Ok(()));
        let theirs = cleanups.clone();
        let task = spawn(
            async move {
                let nap = async |_| {
                    sleep(ms(100)).await;
                    Ok(())
                };
                words(theirs.with(door("door"), nap).await)
            }
            .lane("task"),
        );
        sleep(ms(50)).await;
        assert!(timeout(ms(10), cleanups.wait()).await.is_err(), "a guard is inside");
        let both = join!(cleanups.wait(), cleanups.wait());
        say!("waited");
        assert_eq!(task.await.expect("it does not panic"), Ok(Some(())));
        both
    });
    assert_eq!(
        run.transcript(),
        [
            "0.110 task door succeeded",
            "0.120 task door left",
            "0.120 task door dropped",
            "0.120 main waited"
        ]
    );
    assert_eq!(run.output(), (Ok(()), Ok(())));
}

#[test]
fn to_drop_the_handle_cancels_no_cleanup() {
    let run = record("dropped handle", async || {
        let cleanups = cleanups();
        assert!(timeout(ms(100), cleanups.with(door("door"), forever)).await.is_err());
        drop(cleanups);
        sleep(ms(50)).await;
    });
    assert_eq!(run.transcript().last().map(String::as_str), Some("0.110 cleanup door dropped"));
}

// Without a runtime

fn runtime() -> runtime::Runtime {
    runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
}

#[test]
fn without_a_runtime_the_exit_is_abandoned_and_that_is_told() {
    let cleanups = cleanups();
    let mut with = Box::pin(cleanups.with(door("door"), forever));
    assert!(runtime().block_on(async { timeout(ms(100), &mut with).await }).is_err());
    drop(with);
    assert_eq!(runtime().block_on(cleanups.wait()), Err(vec![CleanupError::Abandoned]));
}

#[test]
fn an_exit_is_abandoned_when_its_runtime_shuts_down_and_that_is_told() {
    for begun in [false, true] {
        let cleanups = cleanups();
        let runtime = self::runtime();
        runtime.block_on(async {
            assert!(timeout(ms(100), cleanups.with(door("door"), forever)).await.is_err());
            if begun {
                sleep(ms(5)).await;
            }
        });
        drop(runtime); // as at the end of `main`
        assert_eq!(
            self::runtime().block_on(cleanups.wait()),
            Err(vec![CleanupError::Abandoned]),
            "begun: {begun}"
        );
    }
}

#[test]
fn a_body_in_a_task_is_abandoned_when_its_runtime_shuts_down() {
    let cleanups = cleanups();
    let runtime = self::runtime();
    let theirs = cleanups.clone();
    runtime.block_on(async {
        spawn(async move { words(theirs.with(door("door"), forever).await) });
        sleep(ms(100)).await;
    });
    drop(runtime);
    assert_eq!(self::runtime().block_on(cleanups.wait()), Err(vec![CleanupError::Abandoned]));
}
