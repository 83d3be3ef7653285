//! How long the loop's work takes, and that of others, in processor time:
//!
//!     cargo bench -p event-loop-benches --bench event_loop [NAME...]
//!
//! `compare.py` runs it with `--serve`, to measure in turn with asyncio.

use std::io::{BufRead, Write, stdin, stdout};
use std::time::Duration;

use async_concepts::event_loop::{Error, EventLoop, StdDriver, VirtualDriver};
use event_loop_benches::{echo, elsewhere, least_of, processor_time, workloads};

const MILLION: u32 = 1_000_000;
const ROUNDS: u32 = 5;

/// A work, how often it does what it does, and how to do it.
struct Work {
    name: &'static str,
    count: u32,
    /// On this crate's loop.
    here: fn(&EventLoop, u32) -> Result<(), Error>,
    /// On a `LocalSet`.
    on_local_set: Option<fn(u32)>,
    /// On a `LocalExecutor`.
    on_smol: Option<fn(u32)>,
}

macro_rules! local_set {
    ($work:ident) => {
        Some(|count| elsewhere::on_local_set(elsewhere::$work(count)))
    };
}

fn works() -> Vec<Work> {
    let gather = |count| Work {
        name: "gather_tasks",
        count,
        here: workloads::gather_tasks,
        on_local_set: local_set!(gather_on_local_set),
        on_smol: Some(elsewhere::gather_on_smol),
    };
    vec![
        Work {
            name: "call_soon_chain",
            count: MILLION,
            here: workloads::call_soon_chain,
            on_local_set: local_set!(chain_on_local_set),
            on_smol: Some(elsewhere::chain_on_smol),
        },
        Work {
            name: "call_soon_preloaded",
            count: MILLION,
            here: workloads::call_soon_preloaded,
            on_local_set: local_set!(preloaded_on_local_set),
            on_smol: Some(elsewhere::preloaded_on_smol),
        },
        Work {
            name: "timers_cancelled",
            count: MILLION,
            here: workloads::timers_cancelled,
            on_local_set: local_set!(cancelled_on_local_set),
            on_smol: None,
        },
        Work {
            name: "timers_cancelled_together",
            count: MILLION,
            here: workloads::timers_cancelled_together,
            on_local_set: local_set!(cancelled_together_on_local_set),
            on_smol: None,
        },
        Work {
            name: "timers_fired",
            count: 100_000,
            here: workloads::timers_fired,
            on_local_set: local_set!(fired_on_local_set),
            on_smol: None,
        },
        Work {
            name: "hand_overs",
            count: MILLION,
            here: workloads::hand_overs,
            on_local_set: local_set!(hand_overs_on_local_set),
            on_smol: Some(elsewhere::hand_overs_on_smol),
        },
        gather(1_000),
        gather(10_000),
        gather(100_000),
        gather(MILLION),
        Work {
            name: "executor_jobs",
            count: 100_000,
            here: workloads::executor_jobs,
            on_local_set: local_set!(jobs_on_local_set),
            on_smol: Some(elsewhere::jobs_on_smol),
        },
    ]
}

/// The processor time of one round on a fresh loop, without the making of it and its closing.
fn on_a_loop(driver: &str, work: impl FnOnce(&EventLoop) -> Result<(), Error>) -> Duration {
    let event_loop = match driver {
        "std" => EventLoop::with_driver(StdDriver::new()),
        "virtual" => EventLoop::with_driver(VirtualDriver::new()),
        _ => EventLoop::new().expect("there are files left"),
    };
    let start = processor_time();
    work(&event_loop).expect("the work is done");
    let took = processor_time() - start;
    event_loop.close().expect("the loop has stopped");
    took
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = processor_time();
    work();
    processor_time() - start
}

/// One round of an echo. The client is a process of its own.
fn echo_round(on: &str, messages: u32) -> Duration {
    let (listener, address) = echo::listen();
    let mut client = echo::start_client(address.port(), messages);
    let took = match on {
        "LocalSet" => timed(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("there are files left");
            runtime.block_on(echo::serve_on_local_set(listener));
        }),
        _ => on_a_loop("tokio", |event_loop| echo::serve(event_loop, listener)),
    };
    client.wait().expect("the client ends");
    took
}

/// One round of a work, if it can be done there: on a loop with one of its drivers, or elsewhere.
fn round(name: &str, count: u32, on: &str) -> Option<Duration> {
    if name == "tcp_echo" {
        return if on == "smol" { None } else { Some(echo_round(on, count)) };
    }
    if name == "bare_queue_chain" {
        return Some(timed(|| elsewhere::bare_queue_chain(count)));
    }
    let works = works();
    let work = works.iter().find(|work| work.name == name).expect("a work has this name");
    match on {
        "LocalSet" => work.on_local_set.map(|work| timed(|| work(count))),
        "smol" => work.on_smol.map(|work| timed(|| work(count))),
        driver => Some(on_a_loop(driver, |event_loop| (work.here)(event_loop, count))),
    }
}

/// Reads lines of a name, a count and where, does one round of each, and answers in nanoseconds.
/// First of all it says where this program is.
fn serve() {
    let program = std::env::current_exe().expect("this program has a path");
    println!("{}", program.display());
    for line in stdin().lock().lines() {
        let line = line.expect("it is text");
        let [name, count, on] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("not a name, a count and where: {line}");
        };
        match round(name, count.parse().expect("a count"), on) {
            Some(took) => println!("{}", took.as_nanos()),
            None => println!("-"),
        }
        stdout().flush().expect("it is read");
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("--serve") => return serve(),
        Some("--client") => {
            let number = |place: usize| arguments[place].parse::<u32>().expect("a number");
            return echo::client(number(1).try_into().expect("a port"), number(2));
        }
        _ => {}
    }
    let mut all: Vec<_> = works().iter().map(|work| (work.name, work.count)).collect();
    all.push(("tcp_echo", 16_000));
    println!("nanoseconds each, the least of {ROUNDS} rounds");
    for (name, count) in all {
        if !arguments.is_empty() && !arguments.iter().any(|wanted| wanted == name) {
            continue;
        }
        print!("{name}_{count}:");
        for on in ["tokio", "virtual", "LocalSet", "smol"] {
            // Virtual time has no sockets, and its driver makes a thread for each job.
            if on == "virtual" && matches!(name, "tcp_echo" | "executor_jobs") {
                continue;
            }
            if round(name, 64.min(count), on).is_some() {
                let least = least_of(ROUNDS, || round(name, count, on).expect("it can be done"));
                print!(" {on} {:.1}", least.as_secs_f64() * 1e9 / f64::from(count));
            }
        }
        println!();
    }
}
