//! What an instrument is told, in which order.
use super::*;
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
