//! What an instrument is told, in which order.
use super::*;
use std::panic::Location;

use async_concepts::event_loop::{CallId, CallKind, CallRef, FutureRef, Instrument};

#[derive(Default)]
struct Told(RefCell<Vec<String>>);

impl Told {
    fn add(&self, line: String) {
        self.0.borrow_mut().push(line);
    }
}

fn show(call: &CallRef<'_>) -> String {
    match call.kind {
        CallKind::Callback => "callback".to_owned(),
        CallKind::Step => format!("step of {}", call.name()),
        CallKind::DoneCallback => format!("done callback of {}", call.name()),
    }
}

impl Instrument for Told {
    fn before_wait(&self, timeout: Option<Duration>) {
        self.add(format!("wait {timeout:?}"));
    }
    fn after_wait(&self) {
        self.add("waited".to_owned());
    }
    fn iteration_begins(&self, ready: usize) {
        self.add(format!("iteration {ready}"));
    }
    fn call_ready(&self, call: &CallRef<'_>) {
        self.add(format!("ready: {}", show(call)));
    }
    fn timer_set(&self, call: &CallRef<'_>, when: Duration) {
        self.add(format!("timer: {} {when:?}", show(call)));
    }
    fn timer_cancelled(&self, call: &CallRef<'_>) {
        self.add(format!("timer cancelled: {}", show(call)));
    }
    fn call_begins(&self, call: &CallRef<'_>) {
        self.add(format!("begin: {}", show(call)));
    }
    fn call_ends(&self, call: &CallRef<'_>) {
        self.add(format!("end: {}", show(call)));
    }
    fn future_awaited(&self, future: &FutureRef<'_>, _: &std::task::Waker) {
        self.add(format!("awaits {} {}", future.name(), future.is_task()));
    }
}

#[test]
fn an_instrument_is_told_of_everything_in_its_order() {
    let event_loop = virtual_loop();
    let told = Rc::new(Told::default());
    event_loop.add_instrument(told.clone());
    event_loop.call_later(milliseconds(99), || ()).unwrap().cancel();
    event_loop.call_soon(|| ()).unwrap().cancel();
    let task = event_loop.create_named_task("cook", sleep(milliseconds(5))).unwrap();
    event_loop.run_until_complete(task).unwrap();
    event_loop.close().unwrap();
    assert_eq!(
        *told.0.borrow(),
        [
            "timer: callback 99ms",
            "timer cancelled: callback",
            "ready: callback",
            "ready: step of cook",
            "iteration 2",
            "begin: step of cook",
            "timer: callback 5ms",
            "awaits Future false",
            "end: step of cook",
            "wait Some(5ms)",
            "waited",
            "ready: callback",
            "iteration 1",
            "begin: callback",
            "ready: step of cook",
            "end: callback",
            "iteration 1",
            "begin: step of cook",
            "timer cancelled: callback",
            "ready: done callback of cook",
            "end: step of cook",
            "iteration 1",
            "begin: done callback of cook",
            "end: done callback of cook",
        ]
    );
}

/// Notes each error that is told, and whether what has returned it is the coroutine `fails`.
#[derive(Default)]
struct Errors(RefCell<Vec<String>>);

impl Instrument for Errors {
    fn call_begins(&self, call: &CallRef<'_>) {
        self.0.borrow_mut().push(show(call));
    }
    fn task_failed(&self, error: &Error, coroutine: &str) {
        let is_itself = coroutine.contains("fails") && !coroutine.contains("closure}}::{{closure");
        self.0.borrow_mut().push(format!("task: {error}, of the coroutine itself: {is_itself}"));
    }
    fn callback_failed(&self, error: &Error) {
        self.0.borrow_mut().push(format!("callback: {error}"));
    }
    fn task_cancelled(&self) {
        self.0.borrow_mut().push("cancelled".to_owned());
    }
}

#[test]
fn an_instrument_is_told_of_errors_that_coroutines_and_callbacks_return() {
    async fn fails() -> Result<(), Error> {
        Err(Error::exception("no milk"))
    }
    let event_loop = virtual_loop();
    event_loop.set_exception_handler(|_, _| {});
    let errors = Rc::new(Errors::default());
    event_loop.add_instrument(errors.clone());
    event_loop.call_soon(|| Err::<(), _>(Error::exception("no sugar"))).unwrap();
    event_loop.call_soon(|| -> Result<(), Error> { panic!("a part of the test") }).unwrap();
    let itself = event_loop.create_named_task("itself", fails()).unwrap();
    let around = event_loop.create_named_task("around", async { fails().await }).unwrap();
    let cancelled =
        event_loop.create_named_task("cancelled", async { Err::<(), _>(Error::Cancelled) });
    let all = event_loop.create_named_task("all", async move {
        for task in [itself, around, cancelled?] {
            task.await.expect_err("it fails");
        }
        Ok(())
    });
    event_loop.run_until_complete(all.unwrap()).unwrap();
    event_loop.close().unwrap();
    let told = [
        "callback",
        "callback: no sugar",
        "callback",
        "step of itself",
        "task: no milk, of the coroutine itself: true",
        "step of around",
        "task: no milk, of the coroutine itself: false",
        "step of cancelled",
        "cancelled",
        "step of all",
        "done callback of all",
    ];
    assert_eq!(*errors.0.borrow(), told);
}

/// Notes for how many tasks each future waits.
#[derive(Default)]
struct Tasks(RefCell<Vec<String>>);

impl Tasks {
    fn add(&self, what: &str, future: &FutureRef<'_>) {
        let tasks = future.tasks().map(|tasks| tasks.len());
        self.0.borrow_mut().push(format!("{what} {} {tasks:?}", future.name()));
    }
}

impl Instrument for Tasks {
    fn future_awaited(&self, future: &FutureRef<'_>, _: &std::task::Waker) {
        self.add("awaits", future);
    }
    fn await_over(&self, future: &FutureRef<'_>) {
        self.add("over:", future);
    }
    fn runs_until(&self, future: Option<&FutureRef<'_>>) {
        match future {
            Some(future) => self.add("runs until", future),
            None => self.0.borrow_mut().push("returns".to_owned()),
        }
    }
}

#[test]
fn an_instrument_is_told_for_which_tasks_a_future_waits_and_when_its_await_is_over() {
    let event_loop = virtual_loop();
    let tasks = Rc::new(Tasks::default());
    event_loop.add_instrument(tasks.clone());
    let plain: Future<()> = event_loop.create_future();
    let set = plain.clone();
    event_loop.call_later(milliseconds(5), move || set.set_result(())).unwrap();
    let task = |awaited: &Future<()>| {
        let awaited = awaited.clone();
        create_task(async move { awaited.await })
    };
    let coroutine = async move {
        let one = task(&plain)?;
        let two = task(&plain)?;
        let inner: Future<Vec<()>> = gather([one.clone()])?;
        let outer: Future<Vec<Vec<()>>> = gather([inner])?;
        let mixed: Future<Vec<()>> = gather([plain, two])?;
        outer.await?;
        mixed.await
    };
    let root = event_loop.create_named_task("root", coroutine).unwrap();
    event_loop.run_until_complete(root).unwrap();
    let told = [
        "runs until root Some(1)",
        "awaits Future Some(1)", // the gathers of one task
        "awaits Future None",
        "awaits Future None",
        "over: Future Some(0)", // the plain future is done, and nothing is left to wait for
        "over: Future Some(0)",
        "over: Future Some(0)",
        "returns",
    ];
    assert_eq!(*tasks.0.borrow(), told);
}

/// What becomes ready, and what is asked to cancel meanwhile.
#[derive(Default)]
struct Requests(RefCell<Vec<String>>);

impl Instrument for Requests {
    fn call_ready(&self, call: &CallRef<'_>) {
        if call.kind == CallKind::Step {
            self.0.borrow_mut().push(format!("ready: {}", call.name()));
        }
    }
    fn cancel_begins(&self, future: &FutureRef<'_>) {
        self.0.borrow_mut().push(format!("cancel {}", future.name()));
    }
    fn cancel_ends(&self) {
        self.0.borrow_mut().push("asked".to_owned());
    }
}

#[test]
fn an_instrument_is_told_what_a_request_to_cancel_wakes() {
    let event_loop = virtual_loop();
    let requests = Rc::new(Requests::default());
    let inner = event_loop.create_named_task("inner", sleep(milliseconds(9))).unwrap();
    let outer = event_loop.create_named_task("outer", async { inner.await }).unwrap();
    let loop_of_main = event_loop.clone();
    let watched = requests.clone();
    let main = event_loop.create_named_task("main", async move {
        sleep(milliseconds(1)).await?;
        loop_of_main.add_instrument(watched);
        // It awaits `inner`, which is asked in its place.
        outer.cancel();
        let ended = outer.await;
        assert!(matches!(ended, Err(Error::Cancelled)));
        Ok(())
    });
    event_loop.run_until_complete(main.unwrap()).unwrap();
    event_loop.close().unwrap();
    let told = ["cancel outer", "ready: inner", "asked", "ready: outer", "ready: main"];
    assert_eq!(*requests.0.borrow(), told);
}

#[test]
fn a_group_that_aborts_cancels_its_tasks_and_only_wakes_the_task_around_it() {
    let event_loop = virtual_loop();
    let requests = Rc::new(Requests::default());
    let loop_of_main = event_loop.clone();
    let watched = requests.clone();
    let main = event_loop.create_named_task("main", async move {
        let failed = task_group(async |group| {
            group.create_named_task("slow", sleep(milliseconds(9)))?;
            group.create_named_task("fails", async move {
                loop_of_main.add_instrument(watched);
                Err::<(), _>(Error::Timeout)
            })?;
            sleep(milliseconds(9)).await
        });
        assert!(failed.await.is_err());
        Ok(())
    });
    event_loop.run_until_complete(main.unwrap()).unwrap();
    event_loop.close().unwrap();
    let told = ["cancel slow", "ready: slow", "asked", "ready: main", "ready: main"];
    assert_eq!(*requests.0.borrow(), told);
}

/// Remembers what identifies calls and futures.
#[derive(Default)]
struct Ids {
    ready: RefCell<Vec<CallId>>,
    ended: RefCell<Vec<CallId>>,
    awaited: RefCell<Vec<CallId>>,
}

impl Instrument for Ids {
    fn call_ready(&self, call: &CallRef<'_>) {
        self.ready.borrow_mut().push(call.id);
    }
    fn call_ends(&self, call: &CallRef<'_>) {
        self.ended.borrow_mut().push(call.id);
    }
    fn future_awaited(&self, future: &FutureRef<'_>, _: &std::task::Waker) {
        self.awaited.borrow_mut().push(future.id());
    }
}

#[test]
fn a_call_keeps_its_id_from_the_queue_to_its_end_and_a_task_for_all_its_steps() {
    let event_loop = virtual_loop();
    let ids = Rc::new(Ids::default());
    event_loop.add_instrument(ids.clone());
    let task = event_loop.create_task(sleep(Duration::ZERO)).unwrap();
    let awaited = task.clone();
    let outer = event_loop.create_task(async move { awaited.await }).unwrap();
    event_loop.run_until_complete(outer).unwrap();
    assert_eq!(*ids.ready.borrow(), *ids.ended.borrow(), "first in, first out");
    let ready = ids.ready.borrow();
    assert_ne!(ready[0], ready[1]);
    assert_eq!(ready[0], ready[2], "both are steps of the same task");
    assert_eq!(*ids.awaited.borrow(), [ready[0]]);
}

/// The places that are told, as lines of this file.
#[derive(Default)]
struct Places(RefCell<Vec<String>>);

impl Places {
    fn add(&self, what: &str, location: Option<&'static Location<'static>>) {
        let place = match location {
            Some(location) if location.file() == file!() => format!("line {}", location.line()),
            Some(location) => panic!("{what} has a place in {}", location.file()),
            None => "unknown".to_owned(),
        };
        self.0.borrow_mut().push(format!("{what}: {place}"));
    }
}

impl Instrument for Places {
    fn call_ready(&self, call: &CallRef<'_>) {
        self.add(&show(call), call.location);
    }
    fn timer_set(&self, call: &CallRef<'_>, _: Duration) {
        self.add("timer", call.location);
    }
    fn future_awaited(&self, future: &FutureRef<'_>, _: &std::task::Waker) {
        self.add("await", Some(future.location));
    }
}

#[test]
fn an_instrument_is_told_the_lines_where_calls_are_scheduled_and_futures_awaited() {
    let event_loop = virtual_loop();
    let places = Rc::new(Places::default());
    event_loop.add_instrument(places.clone());
    let future = event_loop.create_future::<()>();
    let setter = future.clone();
    let here = line!();
    event_loop.call_soon(|| ()).unwrap();
    event_loop.call_later(milliseconds(5), move || setter.set_result(())).unwrap();
    event_loop.threadsafe_handle().call_soon_threadsafe(|| ()).unwrap();
    let all = async move {
        let names = ["a", "b"].map(|_| async { Ok(()) });
        gather::<Vec<()>, _>(names)?.await?;
        future.await
    };
    event_loop.run_until_complete(all).unwrap();
    let expected = [
        format!("callback: line {}", here + 1),
        format!("timer: line {}", here + 2),
        format!("callback: line {}", here + 3),
        format!("step of Task-1: line {}", here + 9),
        format!("step of Task-2: line {}", here + 6),
        format!("step of Task-3: line {}", here + 6),
        format!("await: line {}", here + 6),
        "done callback of Task-2: unknown".to_owned(),
        "done callback of Task-3: unknown".to_owned(),
        "step of Task-1: unknown".to_owned(),
        format!("await: line {}", here + 7),
        "callback: unknown".to_owned(),
        "step of Task-1: unknown".to_owned(),
        "done callback of Task-1: unknown".to_owned(),
    ];
    assert_eq!(*places.0.borrow(), expected);
}

/// The lines where something was awaited.
#[derive(Default)]
struct AwaitedLines(RefCell<Vec<(String, u32)>>);

impl Instrument for AwaitedLines {
    fn future_awaited(&self, future: &FutureRef<'_>, _: &std::task::Waker) {
        let FutureRef { location, .. } = future;
        self.0.borrow_mut().push((location.file().to_owned(), location.line()));
    }
}

#[test]
fn a_sleep_is_awaited_where_it_was_called() {
    let event_loop = virtual_loop();
    let lines = Rc::new(AwaitedLines::default());
    event_loop.add_instrument(lines.clone());
    let here = line!();
    event_loop.run_until_complete(async { sleep(milliseconds(5)).await }).unwrap();
    assert_eq!(*lines.0.borrow(), [(file!().to_owned(), here + 1)]);
}

#[test]
fn an_instrument_changes_nothing() {
    fn run(watched: bool) -> Vec<String> {
        let event_loop = virtual_loop();
        if watched {
            event_loop.add_instrument(Rc::new(Told::default()));
        }
        let log = Log::default();
        for name in ["a", "b"] {
            let log = log.clone();
            event_loop
                .create_task(async move {
                    for count in 0..3 {
                        log.say(&format!("{name}{count}"));
                        sleep(milliseconds(count)).await?;
                    }
                    Ok(())
                })
                .unwrap();
        }
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        log.lines()
    }
    assert_eq!(run(true), run(false));
}
