//! Runs one program on the event loop and writes down what happens.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_concepts::event_loop::{
    DoneCallback, EnsureFuture, Error, EventLoop, Future, Handle, Job, RemoteHandle, ReturnWhen,
    TaskGroup, Timeout, TimerHandle, VirtualDriver, as_completed, gather, gather_return_exceptions,
    shield, sleep, task_group, timeout, wait, wait_for,
};
use futures::future::LocalBoxFuture;
use serde_json::Value as Json;

/// What a future of a program can hold.
#[derive(Clone)]
pub enum Value {
    Number(i64),
    /// The results of a gather.
    List(Arc<[Result<Value, Error>]>),
}

impl FromIterator<Result<Value, Error>> for Value {
    fn from_iter<I: IntoIterator<Item = Result<Self, Error>>>(results: I) -> Self {
        Self::List(results.into_iter().collect())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(results: I) -> Self {
        results.into_iter().map(Ok).collect()
    }
}

fn show(result: &Result<Value, Error>) -> String {
    match result {
        Ok(Value::Number(number)) => number.to_string(),
        Ok(Value::List(results)) => {
            format!("[{}]", results.iter().map(show).collect::<Vec<_>>().join(","))
        }
        Err(Error::Cancelled) => "cancelled".to_owned(),
        Err(error) => format!("error {error}"),
    }
}

fn outcome(future: &Future<Value>) -> String {
    match future.result() {
        // The gather's exception is a cancellation; its state is not.
        Err(Error::Cancelled) if !future.cancelled() => "cancelled*".to_owned(),
        result => show(&result),
    }
}

enum AnyHandle {
    Soon(Handle),
    Timer(TimerHandle),
    Remote(RemoteHandle),
}

thread_local! {
    /// The program that is run: a call that could come from another thread cannot own it.
    static MACHINE: RefCell<Option<Rc<Machine>>> = const { RefCell::new(None) };
}

/// The virtual time at which programs begin. They may set timers for times before that.
const START: Duration = Duration::from_secs(1000);

type SlotAndBlock = (String, String);

pub struct Machine {
    event_loop: EventLoop,
    clock: VirtualDriver,
    program: Json,
    handles: RefCell<HashMap<String, AnyHandle>>,
    slots: RefCell<HashMap<String, Future<Value>>>,
    done_callbacks: RefCell<HashMap<SlotAndBlock, Vec<DoneCallback<Value>>>>,
    scheduled: RefCell<HashMap<String, i64>>,
    trace: RefCell<Vec<(i64, String)>>,
    /// The number in the name of the first task.
    first_number: i64,
}

fn task_number(name: &str) -> i64 {
    let number = name.strip_prefix("Task-").expect("no task has a name of its own");
    number.parse().expect("it is a number")
}

/// The number in the name that the next task gets, were this not to take it.
fn next_task_number() -> i64 {
    let event_loop = EventLoop::with_driver(VirtualDriver::new());
    let task = event_loop.create_task(async { Ok(()) }).expect("the loop is open");
    let number = task_number(&task.name()) + 1;
    event_loop.run_until_complete(task).expect("it does nothing");
    event_loop.close().expect("the loop is not running");
    number
}

fn text<'a>(operation: &'a Json, field: &str) -> &'a str {
    operation[field].as_str().unwrap_or_else(|| panic!("no text in field {field} of {operation}"))
}

fn number(operation: &Json, field: &str) -> i64 {
    operation[field].as_i64().unwrap_or_else(|| panic!("no number in field {field} of {operation}"))
}

fn list<'a>(operation: &'a Json, field: &str) -> &'a [Json] {
    operation[field].as_array().unwrap_or_else(|| panic!("no list in field {field} of {operation}"))
}

fn flag(operation: &Json, field: &str) -> bool {
    operation[field].as_bool().unwrap_or(false)
}

fn milliseconds(duration: Duration) -> i64 {
    duration.as_millis().try_into().expect("programs end before the clock does")
}

/// The time `milliseconds` from the start of the program, or from another time.
fn time(origin: Duration, milliseconds: i64) -> Duration {
    let distance = Duration::from_millis(milliseconds.unsigned_abs());
    if milliseconds < 0 { origin - distance } else { origin + distance }
}

/// The trace of a program: virtual milliseconds and events.
pub fn run(program: Json) -> Vec<(i64, String)> {
    let clock = VirtualDriver::new();
    clock.advance(START);
    clock.set_resolution(Duration::from_millis(number(&program, "resolution_ms").unsigned_abs()));
    let event_loop = EventLoop::with_driver(clock.clone());
    let futures =
        (0..number(&program, "futures")).map(|n| (format!("f{n}"), event_loop.create_future()));
    let machine = Rc::new(Machine {
        slots: RefCell::new(futures.collect()),
        event_loop,
        clock,
        program,
        handles: RefCell::default(),
        done_callbacks: RefCell::default(),
        scheduled: RefCell::default(),
        trace: RefCell::default(),
        first_number: next_task_number(),
    });
    MACHINE.set(Some(machine.clone()));
    machine.run();
    MACHINE.set(None);
    // Exceptions that were never retrieved are of no interest any more.
    machine.event_loop.set_exception_handler(|_, _| ());
    machine.done_callbacks.take();
    machine.slots.take();
    machine.event_loop.close().expect("the loop is not running");
    machine.trace.take()
}

impl Machine {
    fn run(self: &Rc<Self>) {
        let machine = self.clone();
        self.event_loop.set_exception_handler(move |_, context| {
            // As in the reference, where it depends on the garbage collector when the others come.
            if context.message != "exception in a callback" {
                return;
            }
            let exception = context.exception.as_ref().expect("debug mode is off");
            machine.log(format!("handler {exception}"));
        });
        self.operations(list(&self.program, "init")).expect("nothing is raised at the start");
        for _ in 0..number(&self.program, "runs") {
            match self.event_loop.run_forever() {
                Ok(()) => self.log("stopped"),
                Err(Error::Idle) => return self.log("idle"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn log(&self, event: impl Into<String>) {
        let now = milliseconds(self.event_loop.time() - START);
        self.trace.borrow_mut().push((now, event.into()));
    }

    fn slot(&self, name: &str) -> Option<Future<Value>> {
        self.slots.borrow().get(name).cloned()
    }

    fn may_schedule(&self, block: &str) -> bool {
        let mut scheduled = self.scheduled.borrow_mut();
        let count = scheduled.entry(block.to_owned()).or_default();
        *count += 1;
        *count <= number(&self.program, "limit")
    }

    fn operations(self: &Rc<Self>, operations: &[Json]) -> Result<(), Error> {
        operations.iter().try_for_each(|operation| self.operation(operation))
    }

    fn operation(self: &Rc<Self>, operation: &Json) -> Result<(), Error> {
        let field = |name| text(operation, name);
        match field("op") {
            "call_soon" | "call_later" | "call_at" | "call_threadsafe" => {
                self.schedule(operation)?;
            }
            "job" if self.slot(field("g")).is_none() => {
                let value = Value::Number(number(operation, "v"));
                let inline = |job: Job| job();
                let future = self.event_loop.run_in_executor(Some(&inline), move || value)?;
                self.slots.borrow_mut().insert(field("g").to_owned(), future);
            }
            "job" => {}
            "name" => match self.slot(field("t")) {
                None => self.log(format!("name {} unset", field("t"))),
                Some(task) => {
                    let number = task_number(&task.name()) - self.first_number;
                    self.log(format!("name {} {number}", field("t")));
                }
            },
            "cancel" => match self.handles.borrow().get(field("h")) {
                None => self.log(format!("cancel {} unset", field("h"))),
                Some(handle) => {
                    self.log(format!("cancel {}", field("h")));
                    match handle {
                        AnyHandle::Soon(handle) => handle.cancel(),
                        AnyHandle::Timer(handle) => handle.cancel(),
                        AnyHandle::Remote(handle) => handle.cancel(),
                    }
                }
            },
            "stop" => {
                self.log("stop");
                self.event_loop.stop();
            }
            "busy" => {
                self.clock.advance(Duration::from_millis(number(operation, "ms").unsigned_abs()))
            }
            "raise" => return Err(Error::exception(field("e"))),
            verb @ ("set" | "fail") => {
                let Some(future) = self.slot(field("f")) else {
                    self.log(format!("{verb} {} unset", field("f")));
                    return Ok(());
                };
                let done = match verb {
                    "set" => future.set_result(Value::Number(number(operation, "v"))),
                    _ => future.set_exception(Error::exception(field("e"))),
                };
                let refused = if done.is_err() { " refused" } else { "" };
                self.log(format!("{verb} {}{refused}", field("f")));
            }
            "cancel_fut" => {
                let taken = self
                    .slot(field("on"))
                    .map_or("unset".to_owned(), |future| future.cancel().to_string());
                self.log(format!("cancel {} {taken}", field("on")));
            }
            "done_cb" => self.add_done_callback(field("on"), field("b")),
            "undone_cb" => {
                let (on, block) = (field("on"), field("b"));
                let registered =
                    self.done_callbacks.borrow_mut().remove(&(on.to_owned(), block.to_owned()));
                let removed: usize = self.slot(on).map_or(0, |future| {
                    registered
                        .iter()
                        .flatten()
                        .map(|callback| future.remove_done_callback(callback))
                        .sum()
                });
                self.log(format!("remove {block} {on} {removed}"));
            }
            "task" if self.slot(field("t")).is_none() => self.start_task(field("t")).map(drop)?,
            "task" => {}
            "gather" => self.gather(operation)?,
            "shield" => {
                let inner = self.slot(field("on"));
                if let (None, Some(inner)) = (self.slot(field("g")), inner) {
                    self.slots.borrow_mut().insert(field("g").to_owned(), shield(inner)?);
                }
            }
            "uncancel" => match self.slot(field("t")) {
                None => self.log(format!("uncancel {} unset", field("t"))),
                Some(task) => {
                    let before = task.cancelling();
                    self.log(format!("uncancel {} {before} {}", field("t"), task.uncancel()));
                }
            },
            unknown => panic!("unknown operation {unknown}"),
        }
        Ok(())
    }

    fn schedule(self: &Rc<Self>, operation: &Json) -> Result<(), Error> {
        let block = text(operation, "b").to_owned();
        if !self.may_schedule(&block) {
            return Ok(());
        }
        if text(operation, "op") == "call_threadsafe" {
            let callback = move || {
                let machine = MACHINE.with_borrow(Option::clone).expect("a program is run");
                machine.run_block(&block)
            };
            let handle = self.event_loop.threadsafe_handle().call_soon_threadsafe(callback)?;
            let handle = AnyHandle::Remote(handle);
            self.handles.borrow_mut().insert(text(operation, "h").to_owned(), handle);
            return Ok(());
        }
        let machine = self.clone();
        let callback = move || machine.run_block(&block);
        let now = self.event_loop.time();
        let handle = match text(operation, "op") {
            "call_soon" => AnyHandle::Soon(self.event_loop.call_soon(callback)?),
            "call_at" => AnyHandle::Timer(
                self.event_loop.call_at(time(START, number(operation, "at")), callback)?,
            ),
            _ => match number(operation, "ms") {
                // A delay in Rust cannot be negative; asyncio's is added to the time, whatever its
                // sign.
                past @ ..0 => AnyHandle::Timer(self.event_loop.call_at(time(now, past), callback)?),
                delay => AnyHandle::Timer(
                    self.event_loop.call_later(time(Duration::ZERO, delay), callback)?,
                ),
            },
        };
        self.handles.borrow_mut().insert(text(operation, "h").to_owned(), handle);
        Ok(())
    }

    fn run_block(self: &Rc<Self>, block: &str) -> Result<(), Error> {
        self.log(format!("run {block}"));
        self.operations(list(&self.program["blocks"], block))
    }

    fn add_done_callback(self: &Rc<Self>, on: &str, block: &str) {
        let Some(future) =
            self.slot(on).filter(|_| self.slot(on).is_some() && self.may_schedule(block))
        else {
            return;
        };
        let key = (on.to_owned(), block.to_owned());
        let callback = future.add_done_callback({
            let (machine, (on, block)) = (self.clone(), key.clone());
            move |future| {
                machine.log(format!("done {block} {on}={}", outcome(future)));
                machine.operations(list(&machine.program["blocks"], &block))
            }
        });
        self.done_callbacks.borrow_mut().entry(key).or_default().push(callback);
    }

    fn start_task(self: &Rc<Self>, name: &str) -> Result<Future<Value>, Error> {
        let task = self.event_loop.create_task(self.clone().task(name.to_owned()))?;
        self.slots.borrow_mut().insert(name.to_owned(), task.clone());
        Ok(task)
    }

    fn gather(self: &Rc<Self>, operation: &Json) -> Result<(), Error> {
        let name = text(operation, "g");
        let child = |child: &Json| {
            let name = child.as_str().expect("names are text").to_owned();
            (name.starts_with('t') || self.slot(&name).is_some())
                .then(|| Child { machine: self.clone(), name })
        };
        let children: Vec<Child> = list(operation, "of").iter().filter_map(child).collect();
        if self.slot(name).is_some() || children.is_empty() {
            return Ok(());
        }
        let gathered = if flag(operation, "re") {
            gather_return_exceptions(children)?
        } else {
            gather(children)?
        };
        self.slots.borrow_mut().insert(name.to_owned(), gathered);
        Ok(())
    }

    async fn task(self: Rc<Self>, name: String) -> Result<Value, Error> {
        self.log(format!("{name} start"));
        let steps = list(&self.program["tasks"], &name);
        match self.steps(&name, steps, None, None).await? {
            Some(value) => Ok(Value::Number(value)),
            None => {
                self.log(format!("{name} return 0"));
                Ok(Value::Number(0))
            }
        }
    }

    /// Runs the steps of a task or of a part of it; the value, if one of them returns.
    fn steps<'a>(
        self: &'a Rc<Self>,
        name: &'a str,
        steps: &'a [Json],
        scope: Option<Timeout>,
        group: Option<TaskGroup>,
    ) -> LocalBoxFuture<'a, Result<Option<i64>, Error>> {
        Box::pin(async move {
            for step in steps {
                match text(step, "s") {
                    "do" => {
                        self.operations(list(step, "ops"))?;
                        continue;
                    }
                    "return" => {
                        let value = number(step, "v");
                        self.log(format!("{name} return {value}"));
                        return Ok(Some(value));
                    }
                    "raise" => {
                        self.log(format!("{name} raise {}", text(step, "e")));
                        return Err(Error::exception(text(step, "e")));
                    }
                    _ => {}
                }
                match self.step(name, step, scope.as_ref(), group.as_ref()).await {
                    Ok(event) => self.log(format!("{name} {event}")),
                    Err(Error::Cancelled) if flag(step, "swallow") => {
                        self.log(format!("{name} cancelled swallowed"));
                    }
                    Err(Error::Cancelled) => {
                        self.log(format!("{name} cancelled"));
                        return Err(Error::Cancelled);
                    }
                    Err(Error::Timeout) => self.log(format!("{name} timed out")),
                    Err(Error::ExceptionGroup(errors)) => {
                        let errors = errors.exceptions().iter();
                        let errors: Vec<String> = errors.map(Error::to_string).collect();
                        self.log(format!("{name} group {}", errors.join(",")));
                    }
                    Err(error) if flag(step, "throw") => {
                        self.log(format!("{name} throws {error}"));
                        return Err(error);
                    }
                    Err(error) => self.log(format!("{name} caught {error}")),
                }
            }
            Ok(None)
        })
    }

    fn those_set(&self, step: &Json) -> Vec<Future<Value>> {
        let names = list(step, "of").iter();
        names.filter_map(|name| self.slot(name.as_str().expect("names are text"))).collect()
    }

    /// What a step has done when it is over.
    async fn step(
        self: &Rc<Self>,
        name: &str,
        step: &Json,
        scope: Option<&Timeout>,
        group: Option<&TaskGroup>,
    ) -> Result<String, Error> {
        // Tasks that a step makes own the machine.
        let body = |scope: Option<Timeout>, group: Option<TaskGroup>| {
            let (machine, name) = (self.clone(), name.to_owned());
            let steps = step["body"].as_array().cloned().unwrap_or_default();
            async move { machine.steps(&name, &steps, scope, group).await }
        };
        let event = match text(step, "s") {
            "sleep" => {
                sleep(time(Duration::ZERO, number(step, "ms").max(0))).await?;
                "slept".to_owned()
            }
            "await" => match self.slot(text(step, "on")) {
                None => format!("await {} unset", text(step, "on")),
                Some(future) => format!("got {}={}", text(step, "on"), show(&Ok(future.await?))),
            },
            "wait_for" if step["body"].is_array() => {
                let body = body(None, None);
                let value = async { body.await.map(|_| Value::Number(0)) };
                format!("waited for {}", show(&Ok(wait_for(value, limit(step)).await?)))
            }
            "wait_for" => match self.slot(text(step, "on")) {
                None => format!("wait_for {} unset", text(step, "on")),
                Some(future) => {
                    format!("waited for {}", show(&Ok(wait_for(future, limit(step)).await?)))
                }
            },
            "wait" => {
                let futures = self.those_set(step);
                if futures.is_empty() {
                    return Ok("wait nothing".to_owned());
                }
                let when = match text(step, "when") {
                    "FIRST_COMPLETED" => ReturnWhen::FirstCompleted,
                    "FIRST_EXCEPTION" => ReturnWhen::FirstException,
                    _ => ReturnWhen::AllCompleted,
                };
                let (done, pending) = wait(futures, limit(step), when).await?;
                format!("waited {} done {} pending", done.len(), pending.len())
            }
            "as_completed" => {
                for next in as_completed(self.those_set(step), limit(step))? {
                    match next.await {
                        Ok(value) => self.log(format!("{name} next {}", show(&Ok(value)))),
                        Err(Error::Cancelled) => return Err(Error::Cancelled),
                        Err(Error::Timeout) => self.log(format!("{name} next timeout")),
                        Err(error) => self.log(format!("{name} next error {error}")),
                    }
                }
                "as_completed over".to_owned()
            }
            "timeout" => {
                let group = group.cloned();
                timeout(limit(step), async |scope| body(Some(scope), group).await).await?;
                "timeout over".to_owned()
            }
            "reschedule" => {
                let when = time(self.event_loop.time(), number(step, "ms"));
                match scope.map(|scope| scope.reschedule(when)) {
                    None => "reschedule nothing".to_owned(),
                    Some(Ok(())) => "rescheduled".to_owned(),
                    Some(Err(_)) => "reschedule refused".to_owned(),
                }
            }
            "group" => {
                let scope = scope.cloned();
                task_group(async |group| body(scope, Some(group)).await).await?;
                "group over".to_owned()
            }
            "spawn" => {
                let task = text(step, "t");
                let Some(group) = group.filter(|_| self.slot(task).is_none()) else {
                    return Ok("spawn nothing".to_owned());
                };
                match group.create_task(self.clone().task(task.to_owned())) {
                    Ok(started) => {
                        self.slots.borrow_mut().insert(task.to_owned(), started);
                        format!("spawn {task}")
                    }
                    Err(_) => format!("spawn {task} refused"),
                }
            }
            unknown => panic!("unknown step {unknown}"),
        };
        Ok(event)
    }
}

/// The time limit of a step.
fn limit(step: &Json) -> Option<Duration> {
    step["ms"].as_u64().map(Duration::from_millis)
}

/// A child of a gather: what is in the slot, or a task, which gather starts when it comes to
/// it.
struct Child {
    machine: Rc<Machine>,
    name: String,
}

impl EnsureFuture for Child {
    type Output = Value;

    fn ensure_future(self, _: Option<&EventLoop>) -> Result<Future<Value>, Error> {
        self.machine.slot(&self.name).map_or_else(|| self.machine.start_task(&self.name), Ok)
    }
}
