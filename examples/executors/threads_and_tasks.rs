//! Threads and tasks: half of a program may block, and the other half await.
//!
//! In Python: a loop in a thread, and `run_coroutine_threadsafe`, see `threads_and_tasks.py` beside
//! this file.
//! Look for: Each side of a channel waits in its own way. In "a thread asks tasks" `main` is a
//! plain function, and blocks. No task blocks the thread of `loop`, so both answers are under way
//! together; the row of `loop` says that it has this thread also while all its tasks wait. In "a
//! task asks a thread" a thread reads what can only be read by blocking, and a task awaits it. The
//! second runtime has a clock of its own, so this takes real time.
//!
//!     cargo run --example threads_and_tasks
use async_concepts::{LaneExt, block, on_thread, say, stage::Stage};
use std::{process::ExitCode, thread, time::Duration};
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: service
/// What one side asks of the other, and where the answer goes.
struct Request {
    question: &'static str,
    delay: Duration,
    answer: oneshot::Sender<String>,
}

/// The async side: it answers all questions together, until the channel is closed.
async fn serve(mut requests: mpsc::Receiver<Request>) {
    let mut answers = JoinSet::new();
    while let Some(request) = requests.recv().await {
        answers.spawn(answer(request));
    }
    answers.join_all().await;
    say!("no more questions");
}

async fn answer(request: Request) {
    let Request { question, delay, answer } = request;
    let work = async {
        say!("begin");
        sleep(delay).await; // stands for what is async: a database, a mail server
        let _ = answer.send(format!("{question}!")); // the caller may have gone
    };
    work.lane(question).await;
}
// ANCHOR_END: service

// ANCHOR: from_a_thread
pub fn from_a_thread() -> Vec<String> {
    let (requests, receiver) = mpsc::channel(8);
    let service = thread::spawn(on_thread("loop", move || {
        let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
        runtime.block_on(serve(receiver).lane("serve"));
        std::io::Result::Ok(())
    }));
    // ANCHOR: ask
    let ask = |question, delay| {
        let (answer, receiver) = oneshot::channel();
        requests.blocking_send(Request { question, delay, answer }).expect("it listens");
        receiver
    };
    let asked = [ask("tea", ms(150)), ask("coffee", ms(100))];
    let answers = asked.map(|answer| answer.blocking_recv().expect("each question is answered"));
    // ANCHOR_END: ask
    say!("{} {}", answers[0], answers[1]);
    drop(requests); // the channel is closed, and the service ends
    service.join().expect("it does not panic").expect("a runtime");
    answers.into()
}
// ANCHOR_END: from_a_thread

// ANCHOR: from_a_task
/// Reads from a device whose only function blocks until there is something: 50 ms each time.
fn read(lines: mpsc::Sender<u32>) {
    for line in 1..=3 {
        block(ms(50));
        say!("read {line}");
        if lines.blocking_send(line).is_err() {
            return; // the receiver has gone
        }
    }
}

pub async fn from_a_task() -> u32 {
    let (sender, mut lines) = mpsc::channel(1);
    let reader = thread::spawn(on_thread("reader", || read(sender)));
    let mut sum = 0;
    while let Some(line) = lines.recv().await {
        sum += line;
        say!("got {line}");
    }
    // It has sent its last line, so this does not block for long.
    reader.join().expect("it does not panic");
    sum
}
// ANCHOR_END: from_a_task

pub fn stage() -> Stage {
    Stage::of(include_str!("threads_and_tasks.rs"))
        .keeps_real_time("has a second runtime with a clock of its own")
        .blocking_scene("a thread asks tasks", from_a_thread)
        .scene("a task asks a thread", from_a_task)
}

fn main() -> ExitCode {
    stage().run()
}
