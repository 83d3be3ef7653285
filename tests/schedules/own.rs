//! The first schedule is tokio's own: compared with tokio alone, without any of this library in
//! between but names, over programs that are made at random.
use async_concepts::{LaneExt, say, schedules::every_schedule};
use futures::future::{BoxFuture, FutureExt, join_all};
use std::{cell::RefCell, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, Notify, Semaphore, mpsc},
    task::yield_now,
    time::{Instant, sleep, timeout},
};

/// What a generated program does, step by step.
#[derive(Clone, Debug)]
enum Step {
    Sleep(u64),
    Yield,
    /// Wakes one lane that waits, or the next one that waits.
    Notify(usize),
    /// Waits for such a wake, and gives up after 50 ms, so that most programs end.
    Wait(usize),
    /// Does these steps while it holds a lock.
    Locked(usize, Vec<Step>),
    Send(usize),
    Receive(usize),
    Permit(Vec<Step>),
    /// Tasks, each of which is awaited.
    Spawn(Vec<(String, Vec<Step>)>),
    /// Branches of one `join!`.
    Together(Vec<(String, Vec<Step>)>),
    /// A lane that is simply awaited.
    Call(String, Vec<Step>),
}

/// What all lanes of a program share.
struct Shared {
    begun: Instant,
    notify: [Notify; 2],
    locks: [Mutex<()>; 2],
    send: [mpsc::Sender<()>; 2],
    receive: [Mutex<mpsc::Receiver<()>>; 2],
    permits: Semaphore,
}

impl Shared {
    fn new() -> Shared {
        let [(first, a), (second, b)] = [mpsc::channel(1), mpsc::channel(2)];
        Shared {
            begun: Instant::now(),
            notify: [Notify::new(), Notify::new()],
            locks: [Mutex::new(()), Mutex::new(())],
            send: [first, second],
            receive: [Mutex::new(a), Mutex::new(b)],
            permits: Semaphore::new(1),
        }
    }
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(vec![]) };
}

/// Notes a step on this thread, and for the recording.
fn note(shared: &Shared, text: &str) {
    let line = format!("{} {text}", shared.begun.elapsed().as_millis());
    LOG.with_borrow_mut(|log| log.push(line.clone()));
    say!("{line}");
}

const TIMEOUT: Duration = Duration::from_millis(50);

fn run_steps(shared: Arc<Shared>, name: String, steps: Vec<Step>) -> BoxFuture<'static, ()> {
    async move {
        for (nth, step) in steps.into_iter().enumerate() {
            let inner = |steps| run_steps(shared.clone(), format!("{name}.{nth}"), steps);
            match step {
                Step::Sleep(ms) => sleep(Duration::from_millis(ms)).await,
                Step::Yield => yield_now().await,
                Step::Notify(which) => shared.notify[which].notify_one(),
                Step::Wait(which) => {
                    let _ = timeout(TIMEOUT, shared.notify[which].notified()).await;
                }
                Step::Locked(which, steps) => {
                    let _guard = shared.locks[which].lock().await;
                    inner(steps).await;
                }
                Step::Send(which) => {
                    let _ = timeout(TIMEOUT, shared.send[which].send(())).await;
                }
                Step::Receive(which) => {
                    let _ =
                        timeout(TIMEOUT, async { shared.receive[which].lock().await.recv().await })
                            .await;
                }
                Step::Permit(steps) => {
                    let _permit = shared.permits.acquire().await;
                    inner(steps).await;
                }
                Step::Spawn(tasks) => {
                    let tasks: Vec<_> = tasks
                        .into_iter()
                        .map(|(name, steps)| {
                            let work = run_steps(shared.clone(), name.clone(), steps);
                            tokio::spawn(work.lane(name))
                        })
                        .collect();
                    for task in tasks {
                        task.await.expect("it does not panic");
                    }
                }
                Step::Together(branches) => {
                    join_all(branches.into_iter().map(|(name, steps)| {
                        run_steps(shared.clone(), name.clone(), steps).lane(name)
                    }))
                    .await;
                }
                Step::Call(name, steps) => {
                    run_steps(shared.clone(), name.clone(), steps).lane(name).await;
                }
            }
            note(&shared, &format!("{name} {nth}"));
        }
    }
    .boxed()
}

/// Makes programs.
struct Maker {
    rng: fastrand::Rng,
    lanes: usize,
}

impl Maker {
    fn steps(&mut self, depth: usize) -> Vec<Step> {
        (0..self.rng.usize(1..4)).map(|_| self.step(depth)).collect()
    }

    fn step(&mut self, depth: usize) -> Step {
        let deep = depth > 2;
        match self.rng.usize(..if deep { 6 } else { 11 }) {
            0 => Step::Sleep(self.rng.u64(0..3) * 10),
            1 => Step::Yield,
            2 => Step::Notify(self.rng.usize(..2)),
            3 => Step::Wait(self.rng.usize(..2)),
            4 => Step::Send(self.rng.usize(..2)),
            5 => Step::Receive(self.rng.usize(..2)),
            6 => Step::Locked(self.rng.usize(..2), self.steps(depth + 2)),
            7 => Step::Permit(self.steps(depth + 2)),
            8 => Step::Spawn(self.several(depth)),
            9 => Step::Together(self.several(depth)),
            _ => {
                let (name, steps) = self.lane(depth);
                Step::Call(name, steps)
            }
        }
    }

    fn several(&mut self, depth: usize) -> Vec<(String, Vec<Step>)> {
        (0..self.rng.usize(2..4)).map(|_| self.lane(depth)).collect()
    }

    fn lane(&mut self, depth: usize) -> (String, Vec<Step>) {
        self.lanes += 1;
        let name = format!("L{}", self.lanes);
        (name, self.steps(depth + 1))
    }
}

fn generated(seed: u64) -> Vec<Step> {
    let mut maker = Maker { rng: fastrand::Rng::with_seed(seed), lanes: 0 };
    let mut steps = vec![Step::Spawn(maker.several(0)), Step::Together(maker.several(0))];
    steps.extend(maker.steps(0));
    steps
}

/// On tokio alone.
fn stock(steps: Vec<Step>) -> Vec<String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    LOG.take();
    let _ = runtime.block_on(async {
        let whole = run_steps(Arc::new(Shared::new()), "main".into(), steps);
        timeout(Duration::from_secs(10), whole).await
    });
    LOG.take()
}

/// How many generated programs are compared; 300 were when this was written.
const PROGRAMS: u64 = 60;

#[test]
fn the_first_schedule_of_a_program_is_what_tokio_does_alone() {
    for seed in 0..PROGRAMS {
        let steps = generated(seed);
        let expected = stock(steps.clone());
        let explored = every_schedule("generated", move || {
            run_steps(Arc::new(Shared::new()), "main".into(), steps.clone())
        })
        .limit(Duration::from_secs(10))
        .may_not_end()
        .at_most(1)
        .explore();
        assert_eq!(explored.schedules, 1, "seed {seed}: {explored}");
        let lines: Vec<&str> =
            explored.outcomes[0].transcript.iter().map(|line| text_of(line)).collect();
        assert_eq!(lines, expected, "seed {seed}");
    }
}

/// A line without the time and the lane that the recording has put before it.
fn text_of(line: &str) -> &str {
    line.splitn(3, ' ').nth(2).expect("time, lane, text")
}
