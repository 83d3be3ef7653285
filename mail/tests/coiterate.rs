//! What Twisted's `coiterate` and `Cooperator` do, and what one writes in Rust instead: the rows of
//! the table in the README. Twisted's column is held by the last test, which runs
//! `twins/coiterate.py`.
//!
//! Eight mails, each of which takes 100 ms; the fourth is refused.
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, stream};
use std::{
    cell::{Cell, RefCell},
    fs,
    path::Path,
    process::Command,
    rc::Rc,
    time::Duration,
};
use tokio::{
    task::{JoinSet, LocalSet, coop::consume_budget, yield_now},
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const MAIL: Duration = Duration::from_millis(100);

/// What became of the mails.
#[derive(Clone, Default)]
struct Mails(Rc<Books>);

#[derive(Default)]
struct Books {
    begun: Cell<usize>,
    in_flight: Cell<usize>,
    /// In the order in which they ended.
    sent: RefCell<Vec<u64>>,
    cut: Cell<usize>,
}

/// Notices when it is dropped in the middle.
struct InFlight<'a>(&'a Books, bool);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
        self.0.cut.set(self.0.cut.get() + usize::from(!self.1));
    }
}

impl Mails {
    async fn send(&self, number: u64) -> Result<u64, &'static str> {
        self.send_in(number, MAIL).await
    }

    async fn send_in(&self, number: u64, time: Duration) -> Result<u64, &'static str> {
        let books = &*self.0;
        books.begun.set(books.begun.get() + 1);
        books.in_flight.set(books.in_flight.get() + 1);
        let mut in_flight = InFlight(books, false);
        sleep(time).await;
        in_flight.1 = true;
        if number == 4 {
            return Err("refused");
        }
        books.sent.borrow_mut().push(number);
        Ok(number)
    }

    fn sent(&self) -> usize {
        self.0.sent.borrow().len()
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_list_is_not_the_end_of_the_work() {
    let (mails, begin) = (Mails::default(), Instant::now());
    let local = LocalSet::new();
    // Spawned, and never waited for: as with a generator that yields None.
    let list = async {
        for number in 1..=8 {
            let mails = mails.clone();
            tokio::task::spawn_local(async move { mails.send(number).await });
            yield_now().await;
        }
    };
    local.run_until(list).await;
    assert_eq!(
        (begin.elapsed(), mails.0.begun.get(), mails.sent()),
        (Duration::ZERO, 8, 0),
        "all under way, none sent"
    );
    drop(local);
    assert_eq!((mails.sent(), mails.0.cut.get()), (0, 8), "and they end with the program");

    // The remedy: a set that knows all of them.
    let mails = Mails::default();
    let all = async {
        let mut tasks = JoinSet::new();
        for number in 1..=8 {
            let mails = mails.clone();
            tasks.spawn_local(async move { mails.send(number).await });
        }
        tasks.join_all().await.len()
    };
    assert_eq!((LocalSet::new().run_until(all).await, mails.sent(), mails.0.cut.get()), (8, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn to_wait_for_each_is_one_at_a_time_and_the_first_failure_ends_it() {
    let (mails, begin) = (Mails::default(), Instant::now());
    let one_by_one = async {
        for number in 1..=8 {
            mails.send(number).await?;
        }
        Ok(())
    };
    assert_eq!(one_by_one.await, Err("refused"));
    assert_eq!((begin.elapsed(), mails.0.begun.get(), mails.sent()), (4 * MAIL, 4, 3));
}

#[tokio::test(start_paused = true)]
async fn several_at_a_time_share_a_list_and_a_failure_is_one_result_among_others() {
    let (mails, begin) = (Mails::default(), Instant::now());
    let results: Vec<_> =
        stream::iter(1..=8).map(|number| mails.send(number)).buffer_unordered(2).collect().await;
    assert_eq!(
        (begin.elapsed(), mails.0.begun.get(), mails.sent()),
        (4 * MAIL, 8, 7),
        "no worker is lost"
    );
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);

    let mails = Mails::default();
    stream::iter(1..=8).for_each_concurrent(2, |number| mails.send(number).map(drop)).await;
    assert_eq!(mails.sent(), 7, "the same without results");
}

#[tokio::test(start_paused = true)]
async fn results_come_as_they_are_ready_or_in_the_order_of_the_list() {
    // The first is the slowest.
    let mails = Mails::default();
    let times = [300, 100, 150].map(Duration::from_millis);
    let send = |(number, time): (u64, Duration)| mails.send_in(number, time).map(Result::unwrap);
    let jobs = || stream::iter((1..).zip(times));
    assert_eq!(jobs().map(send).buffer_unordered(2).collect::<Vec<_>>().await, [2, 3, 1]);
    assert_eq!(jobs().map(send).buffered(2).collect::<Vec<_>>().await, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn to_stop_at_the_first_error_cuts_off_what_is_in_flight() {
    let (mails, begin) = (Mails::default(), Instant::now());
    // The third takes longer than the fourth, which is refused.
    let send =
        |number| mails.send_in(number, if number == 3 { 2 * MAIL } else { MAIL }).map_ok(drop);
    let ended = stream::iter(1..=8).map(Ok).try_for_each_concurrent(2, send).await;
    assert_eq!((ended, begin.elapsed()), (Err("refused"), 2 * MAIL));
    sleep(10 * MAIL).await;
    assert_eq!(
        (mails.sent(), mails.0.cut.get(), mails.0.begun.get()),
        (2, 1, 4),
        "the third was dropped in the middle"
    );
}

/// How many steps others have to wait for at most.
async fn steps_between_two_turns(work: impl AsyncFnOnce(&Cell<usize>)) -> usize {
    let (steps, last, most) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let look = || most.set(most.get().max(steps.get() - last.replace(steps.get())));
    let neighbour = async {
        loop {
            look();
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = neighbour => {}
        () = work(&steps) => look(),
    }
    most.get()
}

#[tokio::test]
async fn a_stream_of_ready_items_never_gives_way() {
    const ITEMS: usize = 20_000;
    let count = |steps: &Cell<usize>| steps.set(steps.get() + 1);
    let combinator = async |steps: &Cell<usize>| {
        stream::iter(0..ITEMS).for_each_concurrent(8, async |_| count(steps)).await;
    };
    assert_eq!(steps_between_two_turns(combinator).await, ITEMS);
    let buffered = async |steps: &Cell<usize>| {
        stream::iter(0..ITEMS)
            .map(async |_| count(steps))
            .buffer_unordered(8)
            .collect::<()>()
            .await;
    };
    assert_eq!(steps_between_two_turns(buffered).await, ITEMS);

    // As cheap as it gets, and enough: others get a turn when tokio's budget is used up.
    let budgeted = async |steps: &Cell<usize>| {
        let step = async |_| {
            count(steps);
            consume_budget().await;
        };
        stream::iter(0..ITEMS).for_each_concurrent(8, step).await;
    };
    let most = steps_between_two_turns(budgeted).await;
    assert!((100..=128 + 8).contains(&most), "{most} steps, of which 128 are paid for");

    // A turn for others after each step, which is what `coiterate` has a slice of 10 ms to avoid.
    let yielding = async |steps: &Cell<usize>| {
        for _ in 0..ITEMS {
            count(steps);
            yield_now().await;
        }
    };
    assert_eq!(steps_between_two_turns(yielding).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_waits_finishes_what_is_in_flight_and_a_drop_does_not() {
    // As `Cooperator.stop` should be: nothing new, and an end when the last one has ended.
    let (mails, stop, tracker) = (Mails::default(), CancellationToken::new(), TaskTracker::new());
    let sending = async {
        for number in 1..=8 {
            if stop.is_cancelled() {
                break;
            }
            let mails = mails.clone();
            tracker.spawn_local(async move { mails.send(number).await });
            sleep(MAIL / 4).await;
        }
    };
    let stopping = async {
        sleep(Duration::from_millis(60)).await;
        stop.cancel();
    };
    let begin = Instant::now();
    let all = async {
        tokio::join!(sending, stopping);
        tracker.close();
        tracker.wait().await;
    };
    LocalSet::new().run_until(all).await;
    assert_eq!(
        (mails.sent(), mails.0.cut.get(), begin.elapsed()),
        (3, 0, Duration::from_millis(150))
    );

    // Without a word: what is in flight is dropped.
    let mails = Mails::default();
    let send_all =
        stream::iter(1..=8).for_each_concurrent(3, |number| mails.send(number).map(drop));
    assert!(tokio::time::timeout(Duration::from_millis(60), send_all).await.is_err());
    assert_eq!((mails.sent(), mails.0.cut.get()), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_polled_pauses_with_all_that_is_in_flight() {
    let (mails, begin) = (Mails::default(), Instant::now());
    let mut sending =
        std::pin::pin!(stream::iter(1..=8).map(|number| mails.send(number)).buffer_unordered(2));
    assert_eq!(sending.next().await, Some(Ok(1)));
    sleep(10 * MAIL).await; // paused: the second has long been ready, and is not polled
    assert_eq!((mails.sent(), mails.0.in_flight.get(), mails.0.begun.get()), (1, 1, 2));
    assert_eq!(sending.next().await, Some(Ok(2)));
    assert_eq!(begin.elapsed(), 11 * MAIL);
}

/// The rows of the table: what Twisted does, by the name of the test.
const TWISTED: &[(&str, &str)] = &[
    (
        "the_end_of_the_list_is_not_the_end_of_the_work",
        "fires after 0 ms with 8 begun and 0 sent; the result is the iterator",
    ),
    (
        "to_wait_for_each_is_one_at_a_time_and_the_first_failure_ends_it",
        "fails after 400 ms with 4 begun and 3 sent: refused",
    ),
    (
        "several_at_a_time_share_a_list_and_a_failure_is_one_result_among_others",
        "two coiterates: 600 ms, 8 begun, 7 sent; 1 of 2 came to the end",
    ),
    (
        "to_stop_at_the_first_error_cuts_off_what_is_in_flight",
        "fails after 200 ms with 2 sent; 7 are sent in the end",
    ),
    (
        "a_stream_of_ready_items_never_gives_way",
        "10 steps of 1 ms between two turns, or 1 of 50 ms",
    ),
    (
        "a_stop_that_waits_finishes_what_is_in_flight_and_a_drop_does_not",
        "stopped at 60 ms: both fail with SchedulerStopped at 100 ms, with 2 sent; \
            a new one fails at once",
    ),
    (
        "what_is_not_polled_pauses_with_all_that_is_in_flight",
        "paused twice and resumed once: 2 of 8 begun and 2 sent",
    ),
];

#[test]
fn every_row_of_the_readme_has_its_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let source = fs::read_to_string(folder.join("tests/coiterate.rs")).unwrap();
    for (name, _) in TWISTED {
        assert!(source.contains(&format!("async fn {name}()")), "there is no test {name}");
        let row = readme
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        assert!(row.is_some(), "the README has no row for {name}");
    }
}

#[test]
#[ignore = "needs python3 with Twisted"]
fn twisted_does_what_the_table_says() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/twins/coiterate.py");
    let output = Command::new("python3").arg(script).output().expect("python3 is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("it prints UTF-8");
    let expected: Vec<String> =
        TWISTED.iter().map(|(name, facts)| format!("{name}: {facts}")).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}
