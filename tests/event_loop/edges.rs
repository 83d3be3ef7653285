//! The cases of `edges.py` in Rust. What CPython prints for them is in `edges.txt`, and where this
//! loop prints something else, it stands here in `DIFFERENT`.
use super::*;
use async_concepts::event_loop::{IntoResult, Result, Task, TaskGroup};
use std::fmt::{Display, Write};
use std::process::Command;

type Case = (&'static str, fn());

macro_rules! cases {
    ($($case:ident)*) => { [$((stringify!($case), $case as fn())),*] };
}

/// In the order of `edges.py`.
const CASES: &[Case] = &cases![
    a_task_is_cancelled_in_a_callback_of_the_result_it_awaits
    a_task_is_cancelled_in_a_callback_behind_its_wakeup
    a_task_is_cancelled_in_a_callback_of_the_cancelled_future_it_awaits
    a_cancelled_task_is_cancelled_in_its_own_done_callback
    a_task_that_cancels_itself_and_returns
    a_task_that_cancels_itself_and_fails
    a_task_that_cancels_itself_and_swallows_it
    a_task_that_cancels_itself_and_awaits_what_is_done
    a_request_that_is_taken_off_the_count_is_still_delivered
    a_task_is_cancelled_before_its_first_step_and_taken_off_the_count
    cancelling_one_that_waits_for_a_future_cancels_it_for_all
    an_exception_that_says_cancelled
    a_coroutine_that_raises_cancelled_by_itself
    a_task_that_awaits_itself
    exceptions_in_done_callbacks
    a_done_callback_removes_and_adds_others
    a_call_is_cancelled_by_one_of_the_same_iteration
    a_timer_is_cancelled_by_one_that_is_due_at_the_same_time
    outside_of_a_step_there_is_no_current_task
    a_loop_that_is_stopped_runs_again_where_it_was
    a_task_is_stopped_half_way_and_run_again
    stop_in_the_last_step_of_what_is_run
    stop_in_a_done_callback_of_what_is_run
    a_stop_before_the_run_makes_one_iteration
    what_is_done_is_run
    a_timeout_is_rescheduled_from_a_callback
    a_timeout_is_rescheduled_from_a_callback_after_it_has_expired
    a_timeout_is_rescheduled_into_the_past_and_back
    a_timeout_of_nothing
    a_timeout_of_the_past
    two_timeouts_expire_at_once
    the_outer_timeout_expires_while_the_inner_one_cleans_up
    the_inner_timeout_expires_while_the_outer_one_is_being_delivered
    a_body_takes_the_request_of_its_timeout_off_the_count
    a_body_takes_a_request_off_the_count_and_one_comes_later
    a_timeout_and_a_cancel_come_at_once
    a_cancel_and_a_timeout_come_at_once
    a_timeout_in_a_task_that_was_cancelled_before
    a_body_swallows_its_timeout
    a_body_fails_when_its_time_is_up
    a_timeout_around_a_task_of_its_own
    a_timeout_around_a_shield
    wait_for_without_a_limit
    wait_for_without_a_limit_is_cancelled
    wait_for_without_a_limit_is_cancelled_beside_its_result
    wait_for_without_time
    wait_for_what_fails_when_it_is_cancelled
    wait_for_what_refuses_to_be_cancelled_and_is_cancelled_meanwhile
    wait_for_is_cancelled_twice
    a_child_fails_while_another_is_in_a_shield
    a_child_fails_while_the_body_is_in_a_shield
    a_body_fails_beside_a_child_that_fails_when_cancelled
    a_child_fails_and_the_body_swallows_the_cancel
    a_group_is_asked_for_tasks_at_its_end_and_afterwards
    a_group_is_cancelled_twice
    a_child_fails_and_the_group_is_cancelled_at_once
    the_group_is_cancelled_and_a_child_fails_at_once
    a_child_is_cancelled_and_one_raises_cancelled
    a_group_in_a_group
    a_timeout_around_a_group
    a_timeout_around_a_group_whose_child_fails_after_the_body
    a_group_in_which_a_timeout_expires
    names_of_tasks_in_a_group
    gather_of_the_same_future_twice
    gather_of_the_same_task_twice_is_cancelled
    gather_of_the_same_failing_future_twice
    gather_of_what_is_done
    gather_is_cancelled_when_one_has_failed
    gather_of_one_that_refuses_to_be_cancelled
    as_completed_with_duplicates
    as_completed_with_errors_and_without_time
    as_completed_awaited_out_of_order
    as_completed_starts_with_the_first_next
    wait_without_time_and_for_what_is_done
    wait_for_the_first_of_two_that_come_at_once
    wait_is_cancelled_beside_a_result
    shields_in_shields
    a_shield_around_what_is_cancelled
    a_shield_around_a_gather_that_is_cancelled
    never_retrieved_by_a_wait_for_the_first_exception
    retrieved_by_a_wait_for_the_first_exception_of_two
    retrieved_by_a_cancel_that_comes_too_late
    retrieved_by_a_task_that_is_cancelled_beside_it
    never_retrieved_after_a_shield_was_cancelled
    never_retrieved_by_a_gather_that_nothing_awaits
    never_retrieved_of_a_cancelled_gather
    never_retrieved_by_callbacks
    never_retrieved_of_those_that_as_completed_gives
    never_retrieved_after_wait_for_is_over
    never_retrieved_of_a_task_that_a_timeout_leaves
    a_job_that_no_thread_has_begun_is_cancelled
    jobs_that_no_thread_has_begun_when_the_loop_is_closed
    futures_of_a_closed_loop
    a_task_of_a_closed_loop
];

/// What this loop prints where it differs. The reason stands in the documentation of the module
/// `event_loop`, among the differences.
const DIFFERENT: &[(&str, &str)] = &[
    ("as_completed_starts_with_the_first_next", "1 task: ()\n5 now\n5 run: ()\n"),
    ("jobs_that_no_thread_has_begun_when_the_loop_is_closed", "0 0\n"),
    ("futures_of_a_closed_loop", "0 ()\n0 true 1\n0 ()\n0 closed\n"),
    ("a_task_of_a_closed_loop", "0 true\n0 false\n"),
];

thread_local! {
    /// The loop of the case that runs, what it has said, and what its loop has reported.
    static LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
    static REPORTS: RefCell<Vec<String>> = const { RefCell::new(vec![]) };
}

fn the_loop() -> EventLoop {
    LOOP.with_borrow(|event_loop| event_loop.clone()).expect("a case runs")
}

fn say(text: impl Display) {
    let time = the_loop().time().as_millis();
    SAID.with_borrow_mut(|said| writeln!(said, "{time} {text}")).unwrap();
}

/// What a result or an error looks like; `show` in `edges.py`.
trait Show {
    fn show(&self) -> String;
}

impl Show for Error {
    fn show(&self) -> String {
        let word = match self {
            Error::ExceptionGroup(group) => return format!("group{}", group.exceptions().show()),
            Error::Cancelled => "cancelled",
            Error::Timeout => "timeout",
            Error::ResultNotReady => "not ready",
            Error::AlreadyDone => "done already",
            Error::AwaitsItself => "awaits itself",
            Error::TaskGroupIsOver => "group is over",
            Error::TimeoutIsOver => "timeout is over",
            Error::LoopStopped => "stopped",
            Error::LoopIsClosed => "closed",
            error => return error.to_string(),
        };
        word.to_owned()
    }
}

impl<T: Show> Show for Result<T> {
    fn show(&self) -> String {
        match self {
            Ok(result) => result.show(),
            Err(error) => error.show(),
        }
    }
}

impl Show for () {
    fn show(&self) -> String {
        "()".to_owned()
    }
}

impl Show for &'static str {
    fn show(&self) -> String {
        (*self).to_owned()
    }
}

impl Show for i32 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }
}

impl<T: Show> Show for [T] {
    fn show(&self) -> String {
        let all: Vec<String> = self.iter().map(Show::show).collect();
        format!("[{}]", all.join(" "))
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> String {
        (**self).show()
    }
}

async fn told<T: Show>(name: &str, awaitable: impl IntoFuture<Output = Result<T>>) -> Result<T> {
    let outcome = awaitable.await;
    say(format!("{name}: {}", outcome.show()));
    outcome
}

async fn nap<T>(count: u64, result: T) -> Result<T> {
    sleep(milliseconds(count)).await?;
    Ok(result)
}

async fn fail(count: u64, text: &'static str) -> Result<()> {
    sleep(milliseconds(count)).await?;
    Err(failed(text))
}

fn failed(text: &'static str) -> Error {
    Error::exception(text)
}

fn run<T: Show + Clone + 'static>(
    awaitable: impl async_concepts::event_loop::EnsureFuture<Output = T>,
) {
    let outcome = the_loop().run_until_complete(awaitable);
    say(format!("run: {}", outcome.show()));
}

fn run_idle() {
    assert!(matches!(the_loop().run_forever(), Err(Error::Idle)));
    say("idle");
}

fn later<O: IntoResult + 'static>(count: u64, call: impl FnOnce() -> O + 'static) {
    the_loop().call_later(milliseconds(count), call).unwrap();
}

fn soon<O: IntoResult + 'static>(call: impl FnOnce() -> O + 'static) {
    the_loop().call_soon(call).unwrap();
}

fn start<T: 'static>(coroutine: impl Future2<T>) -> Task<T> {
    the_loop().create_task(coroutine).unwrap()
}

/// What can be started as a task.
trait Future2<T>: std::future::Future<Output = Result<T>> + 'static {}
impl<T, F: std::future::Future<Output = Result<T>> + 'static> Future2<T> for F {}

fn future<T: 'static>() -> Future<T> {
    the_loop().create_future()
}

/// A future that is done.
fn done<T: 'static>(result: T) -> Future<T> {
    let future = future();
    assert!(future.set_result(result).is_ok());
    future
}

/// A place for a task that a closure made before it refers to.
fn place<T>() -> Rc<RefCell<Option<T>>> {
    Rc::default()
}

fn put<T: Clone>(place: &Rc<RefCell<Option<T>>>, value: T) -> T {
    place.replace(Some(value.clone()));
    value
}

fn get<T: Clone>(place: &Rc<RefCell<Option<T>>>) -> T {
    place.borrow().clone().expect("it was put there")
}

// Cancelling

fn a_task_is_cancelled_in_a_callback_of_the_result_it_awaits() {
    let (future, task) = (future::<i32>(), place::<Task<i32>>());
    let cancelled = task.clone();
    future.add_done_callback(move |_| {
        let task = get(&cancelled);
        say(format!("cancel: {} {}", task.cancel(), task.cancelling()));
    });
    let task = put(&task, start(told("task", future.clone())));
    later(5, move || future.set_result(1));
    run(task);
}

fn a_task_is_cancelled_in_a_callback_behind_its_wakeup() {
    let future = future::<i32>();
    let awaited = future.clone();
    let task = start(async {
        told("first", awaited).await?;
        told("second", nap(1, ())).await
    });
    let (called, cancelled) = (future.clone(), task.clone());
    soon(move || {
        called.add_done_callback(move |_| say(format!("cancel: {}", cancelled.cancel())));
    });
    later(5, move || future.set_result(1));
    run(task);
}

fn a_task_is_cancelled_in_a_callback_of_the_cancelled_future_it_awaits() {
    let (future, task) = (future::<()>(), place::<Task<()>>());
    let cancelled = task.clone();
    future.add_done_callback(move |_| {
        let task = get(&cancelled);
        say(format!("cancel: {} {}", task.cancel(), task.cancelling()));
    });
    let awaited = future.clone();
    let task = put(
        &task,
        start(async {
            let _ = told("first", awaited).await;
            told("second", nap(1, ())).await
        }),
    );
    later(5, move || _ = future.cancel());
    run(task);
}

fn a_cancelled_task_is_cancelled_in_its_own_done_callback() {
    let task = start(nap(9, ()));
    task.add_done_callback(|task| say(format!("cancel: {} {}", task.cancel(), task.cancelling())));
    task.add_done_callback(|task| _ = task.add_done_callback(|_| say("added")));
    let cancelled = task.clone();
    later(5, move || _ = cancelled.cancel());
    run(task);
    run_idle();
}

fn a_task_that_cancels_itself_and_returns() {
    run(async {
        say(current_task()?.cancel());
        Ok(())
    });
}

fn a_task_that_cancels_itself_and_fails() {
    run(async {
        current_task()?.cancel();
        Err::<(), _>(failed("failed"))
    });
}

fn a_task_that_cancels_itself_and_swallows_it() {
    run(async {
        current_task()?.cancel();
        let _ = told("first", sleep(Duration::ZERO)).await;
        told("second", nap(1, ())).await?;
        Ok(current_task()?.cancelling().to_string())
    });
}

fn a_task_that_cancels_itself_and_awaits_what_is_done() {
    run(async {
        let done = done(1);
        current_task()?.cancel();
        told("done", done).await?;
        told("nap", nap(1, ())).await
    });
}

fn a_request_that_is_taken_off_the_count_is_still_delivered() {
    let task = start(told("task", nap(9, ())));
    let cancelled = task.clone();
    later(5, move || {
        let counts = (cancelled.cancel(), cancelled.uncancel(), cancelled.uncancel());
        say(format!("{} {} {}", counts.0, counts.1, counts.2));
    });
    run(task);
}

fn a_task_is_cancelled_before_its_first_step_and_taken_off_the_count() {
    let task = start(told("task", nap(9, ())));
    let (first, second) = (task.cancel(), task.cancel());
    say(format!("{first} {second} {} {}", task.cancelling(), task.uncancel()));
    run(task.clone());
    let (before, after) = (task.cancelling(), task.uncancel());
    say(format!("{before} {after} {} {}", task.cancel(), task.cancelling()));
}

fn cancelling_one_that_waits_for_a_future_cancels_it_for_all() {
    let future = future::<()>();
    let tasks = ["a", "b", "c"].map(|name| start(told(name, future.clone())));
    let cancelled = tasks[1].clone();
    later(5, move || _ = cancelled.cancel());
    run(gather_return_exceptions::<Vec<_>, _>(tasks.clone()).unwrap());
    say(format!("{} {}", future.cancelled(), tasks.iter().all(Task::cancelled)));
}

fn an_exception_that_says_cancelled() {
    let future = future::<()>();
    let task = start(told("task", future.clone()));
    let failing = future.clone();
    later(5, move || failing.set_exception(Error::Cancelled));
    run(task.clone());
    say(format!("{} {}", future.cancelled(), task.cancelled()));
}

fn a_coroutine_that_raises_cancelled_by_itself() {
    let task = start(async { Err::<(), _>(Error::Cancelled) });
    run(task.clone());
    say(format!("{} {}", task.cancelled(), task.cancelling()));
}

fn a_task_that_awaits_itself() {
    let itself = place::<Task<()>>();
    let task = itself.clone();
    let task = put(
        &itself,
        start(async move {
            let task = get(&task);
            say(task.await.show());
            Ok(())
        }),
    );
    soon(|| say("between"));
    run(task);
    itself.take();
}

// Callbacks and handles

fn exceptions_in_done_callbacks() {
    let future = future::<i32>();
    for name in ["a", "b"] {
        future.add_done_callback(move |_| say(name));
        future.add_done_callback(|_| {
            say("raises");
            Err::<(), _>(failed("callback"))
        });
    }
    future.set_result(1).unwrap();
    run(future);
    run_idle();
}

fn a_done_callback_removes_and_adds_others() {
    use async_concepts::event_loop::DoneCallback;
    let future = future::<i32>();
    let second = place::<DoneCallback<i32>>();
    let removed = second.clone();
    let first = future.add_done_callback(move |future| {
        say(format!("first {}", future.remove_done_callback(&get(&removed))));
        future.add_done_callback(|_| say("third"));
    });
    // In Python a callback can be removed before it was added.
    say(0);
    let second = put(&second, future.add_done_callback(|_| say("second")));
    future.set_result(1).unwrap();
    say(future.remove_done_callback(&second));
    run_idle();
    assert_eq!(future.remove_done_callback(&first), 0);
}

fn a_call_is_cancelled_by_one_of_the_same_iteration() {
    let (in_time, timer) = (place(), place::<async_concepts::event_loop::TimerHandle>());
    let cancelled = (in_time.clone(), timer.clone());
    soon(move || {
        get::<async_concepts::event_loop::Handle>(&cancelled.0).cancel();
        get(&cancelled.1).cancel();
    });
    let in_time = put(&in_time, the_loop().call_soon(|| say("soon")).unwrap());
    let timer = put(&timer, the_loop().call_later(Duration::ZERO, || say("timer")).unwrap());
    run_idle();
    say(in_time.cancelled() && timer.cancelled());
}

fn a_timer_is_cancelled_by_one_that_is_due_at_the_same_time() {
    let timer = place::<async_concepts::event_loop::TimerHandle>();
    let cancelled = timer.clone();
    later(5, move || get(&cancelled).cancel());
    let timer = put(&timer, the_loop().call_later(milliseconds(5), || say("timer")).unwrap());
    later(5, move || soon(move || timer.cancel()));
    run_idle();
}

fn outside_of_a_step_there_is_no_current_task() {
    fn callback() {
        assert!(matches!(current_task(), Err(Error::NoCurrentTask)));
        say("()");
    }
    let task = start(async {
        soon(callback);
        nap(0, ()).await
    });
    task.add_done_callback(|_| callback());
    run(task);
    run_idle();
}

// Running and stopping

fn a_loop_that_is_stopped_runs_again_where_it_was() {
    fn first() {
        say("first");
        the_loop().stop();
        soon(second);
    }
    fn second() {
        say("second");
        the_loop().stop();
        the_loop().stop();
    }
    soon(first);
    soon(|| say("beside"));
    the_loop().run_forever().unwrap();
    say("stopped");
    the_loop().run_forever().unwrap();
    say("stopped again");
    run_idle();
}

fn a_task_is_stopped_half_way_and_run_again() {
    let task = start(told("task", nap(10, 1)));
    later(5, || the_loop().stop());
    run(task.clone());
    run(task.clone());
    run(task);
}

fn stop_in_the_last_step_of_what_is_run() {
    let task = start(async {
        the_loop().stop();
        Ok(1)
    });
    run(task.clone());
    run(task);
}

fn stop_in_a_done_callback_of_what_is_run() {
    let future = future();
    future.add_done_callback(|_| the_loop().stop());
    let set = future.clone();
    later(1, move || set.set_result(1));
    run(future);
    soon(|| say("next run"));
    run_idle();
}

fn a_stop_before_the_run_makes_one_iteration() {
    the_loop().stop();
    later(3, || say("timer"));
    run(nap(5, ()));
    run_idle();
}

fn what_is_done_is_run() {
    let cancelled = future::<()>();
    cancelled.cancel();
    run(cancelled);
    let failing = future::<()>();
    failing.set_exception(failed("failed")).unwrap();
    run(failing);
}

// Timeouts

fn a_timeout_is_rescheduled_from_a_callback() {
    run(timeout(milliseconds(10), async |scope| {
        let later_scope = scope.clone();
        later(5, move || scope.reschedule(the_loop().time() + milliseconds(20)));
        later(6, move || {
            let when = later_scope.when().map_or(0, |when| when.as_millis());
            say(format!("{when} {}", later_scope.expired()));
        });
        told("body", nap(100, ())).await
    }));
}

fn a_timeout_is_rescheduled_from_a_callback_after_it_has_expired() {
    run(async {
        let scope = timeout(milliseconds(10), async |scope| {
            let (late, asked) = (scope.clone(), scope.clone());
            later(12, move || say(late.reschedule(milliseconds(50)).show()));
            later(12, move || {
                let when = asked.when().map_or(0, |when| when.as_millis());
                say(format!("{when} {}", asked.expired()));
            });
            if told("body", nap(100, ())).await.is_err() {
                told("cleanup", nap(5, ())).await?;
            }
            Ok(scope)
        });
        let scope = scope.await?;
        say(format!("{} {}", scope.expired(), current_task()?.cancelling()));
        say(scope.reschedule(None).show());
        Ok(())
    });
}

fn a_timeout_is_rescheduled_into_the_past_and_back() {
    run(told(
        "main",
        timeout(milliseconds(10), async |scope| {
            let (twice, once) = (scope.clone(), scope);
            later(3, move || {
                twice.reschedule(milliseconds(1))?;
                twice.reschedule(None)
            });
            later(20, move || {
                once.reschedule(milliseconds(1))?;
                soon(|| say("behind"));
                Ok::<_, Error>(())
            });
            told("body", nap(100, ())).await
        }),
    ));
}

fn a_timeout_of_nothing() {
    run(told("main", async {
        let scope = timeout(Duration::ZERO, async |scope| {
            say("no await");
            Ok(scope)
        });
        say(scope.await?.expired());
        timeout(Duration::ZERO, async |_| told("one turn", sleep(Duration::ZERO)).await).await
    }));
}

fn a_timeout_of_the_past() {
    run(told("main", async {
        nap(5, ()).await?;
        timeout_at(milliseconds(1), async |_| told("body", nap(9, ())).await).await
    }));
}

fn two_timeouts_expire_at_once() {
    let inner = || {
        timeout(milliseconds(10), async |_| {
            let outcome = told("body", nap(100, ())).await;
            say(current_task()?.cancelling());
            outcome
        })
    };
    run(told("main", timeout(milliseconds(10), async move |_| inner().await)));
}

fn the_outer_timeout_expires_while_the_inner_one_cleans_up() {
    let inner = timeout(milliseconds(5), async |_| {
        if told("body", nap(100, ())).await.is_err() {
            told("cleanup", nap(100, ())).await?;
        }
        Ok(())
    });
    run(told("main", timeout(milliseconds(10), async |_| told("inner", inner).await)));
    say("end");
}

fn the_inner_timeout_expires_while_the_outer_one_is_being_delivered() {
    let inner = timeout(milliseconds(12), async |_| {
        let outcome = told("body", nap(100, ())).await;
        told("cleanup", nap(5, ())).await?;
        outcome
    });
    run(told("main", timeout(milliseconds(10), async |_| told("inner", inner).await)));
}

fn a_body_takes_the_request_of_its_timeout_off_the_count() {
    let inner = timeout(milliseconds(5), async |_| {
        let outcome = nap(100, ()).await;
        say(current_task()?.uncancel());
        outcome
    });
    run(told("main", told("inner", inner)));
}

fn a_body_takes_a_request_off_the_count_and_one_comes_later() {
    let limited = timeout(milliseconds(5), async |_| {
        if nap(100, ()).await.is_err() {
            say(current_task()?.uncancel());
            told("cleanup", nap(5, ())).await?;
        }
        Ok(())
    });
    let task = start(told("main", limited));
    let cancelled = task.clone();
    later(7, move || _ = cancelled.cancel());
    run(task.clone());
    say(task.cancelling());
}

async fn limited_body() -> Result<()> {
    timeout(milliseconds(5), async |_| told("body", nap(100, ())).await).await
}

fn a_timeout_and_a_cancel_come_at_once() {
    let task = start(told("main", limited_body()));
    let cancelled = task.clone();
    // The timer of the timeout is set in the first step, before this one.
    soon(move || later(5, move || _ = cancelled.cancel()));
    run(task.clone());
    say(task.cancelling());
}

fn a_cancel_and_a_timeout_come_at_once() {
    let task = place::<Task<()>>();
    let cancelled = task.clone();
    later(5, move || _ = get(&cancelled).cancel());
    let task = put(&task, start(told("main", limited_body())));
    run(task.clone());
    say(task.cancelling());
}

fn a_timeout_in_a_task_that_was_cancelled_before() {
    let task = start(told("main", async {
        if nap(100, ()).await.is_err() {
            timeout(milliseconds(5), async |_| told("cleanup", nap(100, ())).await).await?;
        }
        Ok(())
    }));
    let cancelled = task.clone();
    later(2, move || _ = cancelled.cancel());
    run(task.clone());
    say(task.cancelling());
}

fn a_body_swallows_its_timeout() {
    run(async {
        let scope = timeout(milliseconds(5), async |scope| {
            let _ = nap(100, ()).await;
            Ok(scope)
        });
        let scope = scope.await?;
        told("after", nap(1, ())).await?;
        Ok(format!("{} {}", scope.expired(), current_task()?.cancelling()))
    });
}

fn a_body_fails_when_its_time_is_up() {
    run(timeout(milliseconds(5), async |_| {
        let _ = nap(100, ()).await;
        Err::<(), _>(failed("failed"))
    }));
}

fn a_timeout_around_a_task_of_its_own() {
    run(async {
        let task = create_task(told("task", nap(100, ())))?;
        let outcome = timeout(milliseconds(5), async |_| task.clone().await).await;
        assert!(matches!(outcome, Err(Error::Timeout)));
        say(task.cancelled());
        Ok(())
    });
}

fn a_timeout_around_a_shield() {
    run(async {
        let task = create_task(told("task", nap(20, 7)))?;
        let outcome = timeout(milliseconds(5), async |_| shield(task.clone())?.await).await;
        say(outcome.show());
        task.await
    });
}

// wait_for

fn wait_for_without_a_limit() {
    run(async {
        say(wait_for(done(1), None).await?);
        wait_for(nap(5, 2), None).await
    });
}

fn wait_for_without_a_limit_is_cancelled() {
    let future = future::<()>();
    let task = start(told("task", wait_for(future.clone(), None)));
    let cancelled = task.clone();
    later(5, move || _ = cancelled.cancel());
    run(task);
    say(future.cancelled());
}

fn wait_for_without_a_limit_is_cancelled_beside_its_result() {
    let future = future::<i32>();
    let task = start(told("task", wait_for(future.clone(), None)));
    let cancelled = task.clone();
    later(5, move || {
        future.set_result(1)?;
        cancelled.cancel();
        Ok::<_, Error>(())
    });
    run(task);
}

fn wait_for_without_time() {
    run(async {
        let _ = told("pending", wait_for(future::<()>(), Duration::ZERO)).await;
        told("done", wait_for(done(1), Duration::ZERO)).await?;
        let coroutine = wait_for(told("inside", nap(1, ())), Duration::ZERO);
        let _ = told("coroutine", coroutine).await;
        Ok(())
    });
}

fn wait_for_what_fails_when_it_is_cancelled() {
    let stubborn = async {
        let _ = nap(100, ()).await;
        nap(3, ()).await?;
        Err::<(), _>(failed("failed"))
    };
    run(told("main", wait_for(stubborn, milliseconds(5))));
}

fn wait_for_what_refuses_to_be_cancelled_and_is_cancelled_meanwhile() {
    let stubborn = async {
        let _ = nap(100, ()).await;
        told("stubborn", nap(10, ())).await?;
        Ok(7)
    };
    let task = start(told("main", wait_for(stubborn, milliseconds(5))));
    let cancelled = task.clone();
    later(8, move || say(cancelled.cancel()));
    run(task);
    run_idle();
}

fn wait_for_is_cancelled_twice() {
    let slow = async {
        let outcome = nap(100, ()).await;
        told("cleanup", nap(10, ())).await?;
        outcome
    };
    let task = start(told("main", wait_for(slow, milliseconds(50))));
    for time in [5, 7] {
        let cancelled = task.clone();
        later(time, move || _ = cancelled.cancel());
    }
    run(task);
    run_idle();
}

// Groups

fn a_child_fails_while_another_is_in_a_shield() {
    run(told(
        "main",
        task_group(async |group| {
            let inner = create_task(told("inner", nap(20, 7)))?;
            group.create_task(told("child", async move { shield(inner)?.await }))?;
            group.create_task(fail(10, "failed"))?;
            Ok(())
        }),
    ));
    run_idle();
}

fn a_child_fails_while_the_body_is_in_a_shield() {
    run(told("main", async {
        let inner = create_task(told("inner", nap(20, 7)))?;
        task_group(async |group| {
            group.create_task(fail(10, "failed"))?;
            shield(inner)?.await
        })
        .await
    }));
    run_idle();
}

fn a_body_fails_beside_a_child_that_fails_when_cancelled() {
    let child = async {
        let _ = nap(100, ()).await;
        nap(3, ()).await?;
        Err::<(), _>(failed("child"))
    };
    run(told(
        "main",
        task_group(async |group| {
            group.create_task(child)?;
            nap(10, ()).await?;
            Err::<(), _>(failed("body"))
        }),
    ));
}

fn attempt_create(group: &TaskGroup) -> String {
    match group.create_task(nap(1, ())) {
        Ok(_) => "created".to_owned(),
        Err(error) => error.show(),
    }
}

fn a_child_fails_and_the_body_swallows_the_cancel() {
    run(told(
        "main",
        task_group(async |group| {
            group.create_task(fail(10, "failed"))?;
            let _ = told("first", nap(100, ())).await;
            told("second", nap(100, ())).await?;
            say(attempt_create(&group));
            Ok(())
        }),
    ));
}

fn a_group_is_asked_for_tasks_at_its_end_and_afterwards() {
    run(told("main", async {
        let group = task_group(async |group| {
            let parent = group.clone();
            group.create_task(async move {
                nap(5, ()).await?;
                parent.create_task(told("grandchild", nap(5, ())))?;
                Ok(())
            })?;
            Ok(group)
        });
        say(attempt_create(&group.await?));
        Ok(())
    }));
}

fn a_group_is_cancelled_twice() {
    let child = async {
        let outcome = nap(100, ()).await;
        told("cleanup", nap(10, ())).await?;
        outcome
    };
    let group = task_group(async |group| {
        group.create_task(child)?;
        Ok(())
    });
    let task = start(told("main", group));
    for time in [5, 7] {
        let cancelled = task.clone();
        later(time, move || say(cancelled.cancel()));
    }
    run(task.clone());
    say(task.cancelling());
}

async fn group_that_fails() -> Result<()> {
    let group = task_group(async |group| {
        group.create_task(fail(5, "failed"))?;
        told("body", nap(100, ())).await
    });
    group.await
}

fn a_child_fails_and_the_group_is_cancelled_at_once() {
    let task = start(told("main", group_that_fails()));
    let cancelled = task.clone();
    soon(move || later(5, move || say(cancelled.cancel())));
    run(task.clone());
    say(task.cancelling());
}

fn the_group_is_cancelled_and_a_child_fails_at_once() {
    let task = place::<Task<()>>();
    let cancelled = task.clone();
    later(5, move || say(get(&cancelled).cancel()));
    let task = put(&task, start(told("main", group_that_fails())));
    run(task.clone());
    say(task.cancelling());
}

fn a_child_is_cancelled_and_one_raises_cancelled() {
    run(told(
        "main",
        task_group(async |group| {
            group.create_task(async { Err::<(), _>(Error::Cancelled) })?;
            let child = group.create_task(told("child", nap(100, ())))?;
            later(3, move || _ = child.cancel());
            group.create_task(told("other", nap(5, ())))?;
            Ok(1)
        }),
    ));
}

fn a_group_in_a_group() {
    let inner = task_group(async |group| {
        group.create_task(fail(5, "a"))?;
        group.create_task(fail(5, "b"))?;
        Ok(())
    });
    let main = task_group(async |group| {
        group.create_task(told("inner", inner))?;
        group.create_task(told("beside", nap(100, ())))?;
        task_group(async |second| {
            second.create_task(told("second", nap(100, ())))?;
            Ok(())
        })
        .await
    });
    run(told("main", main));
    say("end");
}

fn a_timeout_around_a_group() {
    run(async {
        let limited = timeout(milliseconds(5), async |_| {
            task_group(async |group| {
                group.create_task(told("child", nap(100, ())))?;
                Ok(())
            })
            .await
        });
        say(format!("{} {}", limited.await.show(), current_task()?.cancelling()));
        Ok(())
    });
}

fn a_timeout_around_a_group_whose_child_fails_after_the_body() {
    let limited = timeout(milliseconds(5), async |_| {
        let group = task_group(async |group| {
            group.create_task(fail(3, "failed"))?;
            Ok(())
        });
        say(format!("{} {}", group.await.show(), current_task()?.cancelling()));
        nap(10, ()).await
    });
    run(told("main", limited));
}

fn a_group_in_which_a_timeout_expires() {
    let child = timeout(milliseconds(5), async |_| nap(100, ()).await);
    run(told(
        "main",
        task_group(async |group| {
            group.create_task(told("child", child))?;
            told("body", nap(100, ())).await
        }),
    ));
}

fn names_of_tasks_in_a_group() {
    fn number<T>(task: &Task<T>) -> i32 {
        task.name().trim_start_matches("Task-").parse().unwrap()
    }
    run(async {
        let first = number(&create_task(nap(1, ()))?);
        task_group(async |group| {
            let named = group.create_named_task("named", nap(1, ()))?.name();
            let last = number(&group.create_task(nap(1, ()))?);
            Ok(format!("{named} {}", last - first))
        })
        .await
    });
}

// Many

fn gather_of_the_same_future_twice() {
    let future = future::<i32>();
    let all: Future<Vec<i32>> = gather([future.clone(), future.clone()]).unwrap();
    later(5, move || future.set_result(1));
    run(all);
}

fn gather_of_the_same_task_twice_is_cancelled() {
    let task = start(told("task", nap(9, ())));
    let all: Future<Vec<()>> = gather([task.clone(), task.clone()]).unwrap();
    let (cancelled, asked) = (all.clone(), task.clone());
    later(5, move || say(format!("{} {}", cancelled.cancel(), asked.cancelling())));
    run(all.clone());
    say(format!("{} {}", all.cancelled(), task.cancelling()));
}

fn gather_of_the_same_failing_future_twice() {
    let future = future::<()>();
    let all: Future<Vec<_>> = gather_return_exceptions([future.clone(), future.clone()]).unwrap();
    later(5, move || future.set_exception(failed("failed")));
    run(all);
}

fn gather_of_what_is_done() {
    let (done, cancelled) = (done(1), future());
    cancelled.cancel();
    let all = [done.clone(), cancelled, done];
    run(gather_return_exceptions::<Vec<_>, _>(all.clone()).unwrap());
    run(gather::<Vec<_>, _>(all).unwrap());
}

fn gather_is_cancelled_when_one_has_failed() {
    let tasks = [start(told("a", fail(3, "failed"))), start(told("b", nap(9, ())))];
    let all: Future<Vec<()>> = gather(tasks).unwrap();
    let cancelled = all.clone();
    later(5, move || say(cancelled.cancel()));
    run(all);
    run_idle();
}

fn gather_of_one_that_refuses_to_be_cancelled() {
    let stubborn = start(async {
        let _ = nap(100, ()).await;
        // In Python `try` ends with the first of the two.
        told("stubborn", nap(5, ())).await?;
        Ok(7)
    });
    let other = start(told("b", nap(100, 1)));
    let all: Future<Vec<_>> = gather_return_exceptions([stubborn, other]).unwrap();
    for time in [5, 7] {
        let cancelled = all.clone();
        later(time, move || say(cancelled.cancel()));
    }
    run(all);
}

fn as_completed_with_duplicates() {
    run(async {
        let futures = [future::<&str>(), future()];
        for (time, place, result) in [(5, 1, "b"), (9, 0, "a")] {
            let future = futures[place].clone();
            later(time, move || future.set_result(result));
        }
        let [first, second] = futures;
        let mut count = 0;
        for next in as_completed([first.clone(), second, first], None)? {
            told("next", next).await?;
            count += 1;
        }
        Ok(count)
    });
}

fn as_completed_with_errors_and_without_time() {
    run(async {
        let (failing, pending) = (future::<()>(), future());
        failing.set_exception(failed("failed"))?;
        for next in as_completed([pending, failing], Duration::ZERO)? {
            let _ = told("next", next).await;
        }
        Ok(())
    });
}

fn as_completed_awaited_out_of_order() {
    run(async {
        let tasks = [create_task(nap(5, "a"))?, create_task(nap(9, "b"))?];
        let mut all = as_completed(tasks, None)?;
        let (first, second) = (all.next().unwrap(), all.next().unwrap());
        told("second", second).await?;
        told("first", first).await?;
        Ok(())
    });
}

fn as_completed_starts_with_the_first_next() {
    run(async {
        let all = as_completed([told("task", nap(1, ()))], None)?;
        nap(5, ()).await?;
        say("now");
        for next in all {
            next.await?;
        }
        Ok(())
    });
}

fn lengths<T>((done, pending): (Vec<Future<T>>, Vec<Future<T>>)) -> String {
    format!("{} {}", done.len(), pending.len())
}

fn wait_without_time_and_for_what_is_done() {
    run(async {
        let (done, pending) = (done(1), future());
        let all = [pending.clone(), done.clone(), pending.clone()];
        say(lengths(wait(all, Duration::ZERO, ReturnWhen::AllCompleted).await?));
        let all = [pending, done.clone()];
        say(lengths(wait(all, None, ReturnWhen::FirstCompleted).await?));
        say(lengths(wait([done], None, ReturnWhen::AllCompleted).await?));
        Ok(())
    });
}

fn wait_for_the_first_of_two_that_come_at_once() {
    run(async {
        let tasks = [create_task(nap(5, "a"))?, create_task(nap(5, "b"))?];
        say(lengths(wait(tasks, None, ReturnWhen::FirstCompleted).await?));
        Ok(())
    });
}

fn wait_is_cancelled_beside_a_result() {
    let future = future::<i32>();
    let awaited = future.clone();
    let task = start(told("task", async {
        Ok(lengths(wait([awaited], None, ReturnWhen::AllCompleted).await?))
    }));
    let cancelled = task.clone();
    later(5, move || {
        future.set_result(1)?;
        cancelled.cancel();
        Ok::<_, Error>(())
    });
    run(task);
    run_idle();
}

fn shields_in_shields() {
    let inner = start(told("inner", nap(9, 7)));
    let middle = shield(inner.clone()).unwrap();
    let outer = shield(middle.clone()).unwrap();
    let asked = middle.clone();
    later(3, move || say(format!("{} {} {}", outer.cancel(), asked.done(), inner.done())));
    run(middle);
    run_idle();
}

fn a_shield_around_what_is_cancelled() {
    let inner = start(told("inner", nap(9, 7)));
    let outer = shield(inner.clone()).unwrap();
    later(3, move || _ = inner.cancel());
    run(outer.clone());
    say(outer.cancelled());
}

fn a_shield_around_a_gather_that_is_cancelled() {
    let tasks = ["a", "b"].map(|name| start(told(name, nap(9, ()))));
    let all: Future<Vec<()>> = gather(tasks).unwrap();
    let outer = shield(all.clone()).unwrap();
    let cancelled = outer.clone();
    later(3, move || say(cancelled.cancel()));
    run(outer);
    run_idle();
    say(all.result().show());
}

// Exceptions that are never retrieved

fn never_retrieved_by_a_wait_for_the_first_exception() {
    run(async {
        let task = create_task(fail(5, "failed"))?;
        wait([task], None, ReturnWhen::FirstException).await.map(drop)
    });
}

fn retrieved_by_a_wait_for_the_first_exception_of_two() {
    run(async {
        let tasks = [create_task(fail(5, "failed"))?, create_task(nap(9, ()))?];
        wait(tasks, None, ReturnWhen::FirstException).await.map(drop)
    });
    run_idle();
}

fn retrieved_by_a_cancel_that_comes_too_late() {
    let future = future::<()>();
    future.set_exception(failed("future")).unwrap();
    say(future.cancel());
    let task = start(fail(1, "task"));
    run_idle();
    say(task.cancel());
}

fn retrieved_by_a_task_that_is_cancelled_beside_it() {
    let future = future::<()>();
    let task = start(told("task", future.clone()));
    let cancelled = task.clone();
    later(5, move || {
        future.set_exception(failed("failed"))?;
        cancelled.cancel();
        Ok::<_, Error>(())
    });
    run(task);
}

fn never_retrieved_after_a_shield_was_cancelled() {
    let outer = shield(start(fail(5, "failed"))).unwrap();
    let cancelled = outer.clone();
    later(3, move || _ = cancelled.cancel());
    run(outer);
    run_idle();
}

fn never_retrieved_by_a_gather_that_nothing_awaits() {
    let all: Future<Vec<()>> = gather([start(fail(5, "a")), start(fail(6, "b"))]).unwrap();
    say(all.done());
    run_idle();
}

fn never_retrieved_of_a_cancelled_gather() {
    let all: Future<Vec<()>> = gather([start(nap(5, ())), start(nap(6, ()))]).unwrap();
    later(3, move || say(all.cancel()));
    run_idle();
}

fn never_retrieved_by_callbacks() {
    start(fail(5, "failed")).add_done_callback(|_| say("done"));
    run_idle();
}

fn never_retrieved_of_those_that_as_completed_gives() {
    run(async {
        let tasks = [create_task(fail(5, "a"))?, create_task(fail(9, "b"))?];
        let mut all = as_completed(tasks, None)?;
        say(all.next().unwrap().await.show());
        Ok(())
    });
    run_idle();
}

fn never_retrieved_after_wait_for_is_over() {
    let stubborn = async {
        let _ = nap(100, ()).await;
        nap(10, ()).await?;
        Err::<(), _>(failed("failed"))
    };
    let task = start(told("main", wait_for(stubborn, milliseconds(5))));
    let cancelled = task.clone();
    later(8, move || say(cancelled.cancel()));
    run(task);
    run_idle();
}

fn never_retrieved_of_a_task_that_a_timeout_leaves() {
    let limited =
        timeout(milliseconds(5), async |_| shield(create_task(fail(9, "failed"))?)?.await);
    run(told("main", limited));
    run_idle();
}

// Jobs

fn a_job_that_no_thread_has_begun_is_cancelled() {
    let (jobs, (ran, has_run)) = (RefCell::new(vec![]), mpsc::channel());
    let pool = |job| jobs.borrow_mut().push(job);
    let job = the_loop().run_in_executor(Some(&pool), move || ran.send(()).is_ok()).unwrap();
    say(job.cancel());
    // The loop waits for a job that has not ended, so it has to be stopped.
    soon(|| soon(|| the_loop().stop()));
    the_loop().run_forever().unwrap();
    say("idle");
    for job in jobs.take() {
        job();
    }
    say(has_run.iter().count());
}

// A loop that is closed

fn jobs_that_no_thread_has_begun_when_the_loop_is_closed() {
    // More jobs than threads wait at a gate. With the loop those are dropped that no thread has.
    const JOBS: usize = 40;
    let event_loop = EventLoop::new().unwrap();
    let gate = std::sync::Arc::new(std::sync::RwLock::new(()));
    let closed = gate.write().unwrap();
    let (ran, have_run) = mpsc::channel();
    for _ in 0..JOBS {
        let (gate, ran) = (gate.clone(), ran.clone());
        event_loop
            .run_in_executor(None, move || {
                drop(gate.read());
                ran.send(()).is_ok()
            })
            .unwrap();
    }
    drop(ran);
    event_loop.close().unwrap();
    drop((event_loop, closed));
    let threads = 32.min(std::thread::available_parallelism().map_or(1, usize::from) + 4);
    let ran = have_run.iter().count();
    assert!(ran <= threads, "{ran} of {JOBS} on {threads} threads");
    say(0);
}

fn futures_of_a_closed_loop() {
    let (future, other) = (future::<i32>(), future::<i32>());
    future.add_done_callback(|_| say("called"));
    the_loop().close().unwrap();
    say(future.set_result(1).show());
    say(format!("{} {}", future.done(), future.result().show()));
    say(other.set_result(1).show());
    say(the_loop().call_soon(|| ()).map(drop).show());
}

fn a_task_of_a_closed_loop() {
    let task = start(told("task", nap(5, ())));
    the_loop().stop();
    the_loop().run_forever().unwrap();
    the_loop().close().unwrap();
    say(task.cancel());
    say(task.done());
}

/// What a case prints.
fn printed(case: fn()) -> String {
    let event_loop = virtual_loop();
    event_loop.set_exception_handler(|_, context| {
        let exception = context.exception.as_ref().map_or("nothing".to_owned(), Show::show);
        if context.message.contains("never retrieved") {
            REPORTS.with_borrow_mut(|all| all.push(format!("never retrieved: {exception}")));
        } else if context.message == "exception in a callback" {
            say(format!("in a callback: {exception}"));
        } else {
            REPORTS.with_borrow_mut(|all| all.push(context.message.clone()));
        }
    });
    LOOP.set(Some(event_loop));
    case();
    let mut reports = REPORTS.take();
    reports.sort();
    let mut said = SAID.take();
    for report in reports {
        said += &format!("{report}\n");
    }
    LOOP.take().expect("the case's").close().unwrap();
    said
}

/// The cases of `edges.txt` and what CPython prints for each.
fn expected() -> Vec<(String, String)> {
    let text = include_str!("edges.txt");
    let mut all = vec![];
    for case in text.split("\n\n") {
        let (name, said) = case.trim_start().split_once('\n').unwrap_or((case, ""));
        all.push((name.to_owned(), format!("{}\n", said.trim_end())));
    }
    all
}

#[test]
fn each_edge_is_as_in_cpython_or_among_the_differences() {
    let expected = expected();
    let names: Vec<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    let here: Vec<&str> = CASES.iter().map(|(name, _)| *name).collect();
    assert_eq!(here, names, "`edges.py` has the same cases");
    let mut wrong = String::new();
    for ((name, case), (_, python)) in CASES.iter().zip(&expected) {
        let said = printed(*case);
        let different = DIFFERENT.iter().find(|(different, _)| different == name);
        let right = match different {
            Some((_, right)) => {
                assert_ne!(right, python, "{name} is no difference");
                *right
            }
            None => python.as_str(),
        };
        if said != right {
            write!(wrong, "\n{name}\n--- right\n{right}--- here\n{said}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The versions after 3.11 differ in some of these, as the table in the module's documentation
/// says.
#[test]
#[ignore = "needs python3 of version 3.11"]
fn cpython_prints_what_edges_txt_says() {
    let version = Command::new("python3").arg("--version").output().expect("python3 is installed");
    if !String::from_utf8_lossy(&version.stdout).starts_with("Python 3.11.") {
        eprintln!("not compared: this is no Python 3.11");
        return;
    }
    let mut python = Command::new("python3");
    python.arg("tests/event_loop/edges.py").current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = python.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/event_loop/edges.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, said.trim_start()).unwrap();
        return;
    }
    assert_eq!(said.trim(), include_str!("edges.txt").trim());
}
