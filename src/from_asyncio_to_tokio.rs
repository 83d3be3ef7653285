//! From asyncio to tokio: what is X here?
//!
//! For those who know asyncio: one row for each of its names, with what takes its place, the difference that bites
//! whoever expects the same, and the example that shows it, beside its Python twin.
//!
//! Three differences are behind most of the others:
//!
//! - **Nothing starts by itself.** A future does something only while it is polled: by the `.await` it is in, by a macro
//!   such as [`join!`], or by the runtime, if it was given to [`spawn`]. ([code](#what-runs-when))
//! - **To cancel is to drop.** asyncio raises an exception where the coroutine waits, and the coroutine can catch it and
//!   take its time. A future that is dropped is not polled again: its destructors run, at once, and cannot wait.
//!   ([code](#what-a-timeout-stops))
//! - **Tasks are not tied to a thread.** Unless the runtime is a [`current_thread`] one, tasks run in parallel and move
//!   from thread to thread. So what [`spawn`] takes has to be `Send` and to own all that it uses (`'static`); between two
//!   awaits others may run, but the compiler sees to it that they share nothing that is not synchronized.
//!
//! | in Python | in Rust | the difference that bites | example |
//! | --- | --- | --- | --- |
//! | **Coroutines** | | | |
//! | `def`: a function | `fn` | it blocks its thread, and with it all tasks that share it; the same in both | [function] |
//! | `yield`: a generator | [`Iterator`] | iterators are written by hand; they take turns, but save no waiting | [generator] |
//! | `async def`, `await` | `async fn`, `.await` | `.await` stands behind, and marks the only places at which others get the thread and at which one can be cancelled | [coroutine] |
//! | `f()` without `await` | the same | both do nothing. Python warns when the object is thrown away, the Rust compiler before it runs: `#[must_use]` | [laziness] |
//! | `@asyncio.coroutine`, `yield from`: a generator-based coroutine | [`Future`] implemented by hand | Python has dropped the former (3.11); of the latter `async fn` writes one for you. Who writes `poll` has to see to it that somebody rings the [`Waker`] | [state_machine] |
//! | functions, threads, callbacks, coroutines | the same four | 10,000 threads cost stacks, 10,000 futures a few hundred bytes each | [four_ways] |
//! | `asyncio.sleep(1)` | [`sleep`] | its second begins when it is called, not when it is awaited | [laziness] |
//! | `asyncio.sleep(0)` | [`yield_now`] | in which order the others come is not promised | [generator] |
//! | `time.sleep`, `requests`: use async replacements | [`std::thread::sleep`], [`std::io`], … | the compiler does not warn of what blocks | [blocked_loop] |
//! | **The event loop** | | | |
//! | `asyncio.run(main())` | `#[tokio::main]`, [`Runtime::block_on`] | `asyncio.run` cancels the tasks that are left, and waits for them; a runtime drops them where they wait ([code](#what-is-left-when-main-returns)) | [run_until_complete] |
//! | what an event loop is: a deque of handles, a selector | a queue, wakers, [`std::thread::park`] | a Rust future is in no list of the loop while it waits; only its waker knows it | [smallest_loop] |
//! | `new_event_loop`, `get_running_loop` | [`Runtime::new`], [`Handle::current`] | by default a runtime has a thread for each core | [hello_world] |
//! | `call_soon` | [`spawn`] of an `async` block | tokio queues tasks, not callbacks; that they run in the order in which they were spawned is not promised | [hello_world] |
//! | `run_forever`, `stop`, `close` | [`Runtime::block_on`] of what waits for the end; dropping the runtime | tokio cannot be stopped from inside: whoever wants that awaits a signal for it | [hello_world] |
//! | `run_until_complete` | [`Runtime::block_on`], [`LocalSet::run_until`] | on a current-thread runtime nobody is polled between two calls | [run_until_complete] |
//! | `call_later`, `call_at`, `time` | [`sleep`], [`sleep_until`], [`Instant::now`] | tokio's timers know milliseconds; its [`Instant`] follows a paused clock, that of `std` does not | [timers] |
//! | `call_soon_threadsafe`, `run_coroutine_threadsafe` | [`Handle::spawn`] | only these are safe in asyncio; in Rust what is not thread-safe does not compile | [call_soon_threadsafe] |
//! | `Handle.cancel`, `TimerHandle` | [`AbortHandle::abort`] | both do nothing if it has run; dropping a [`JoinHandle`] cancels nothing | [cancel_handle] |
//! | `set_exception_handler` | [`JoinError`], of who awaits the task | nobody awaits it: asyncio logs "never retrieved", tokio says nothing; a panic prints, and ends its task alone | [exception_handler] |
//! | other loops: uvloop, Twisted's | other runtimes: smol, embassy | tokio's timers and sockets work in tokio's runtimes only | [`event_loop`](crate::event_loop) |
//! | **Futures and tasks** | | | |
//! | `Future`, `set_result`, `set_exception` | [`oneshot`], of a [`Result`] | what Rust calls a [`Future`] is any coroutine; a result can be taken once; a sender that is dropped wakes the receiver, with an error | [future] |
//! | `add_done_callback` | a task that awaits, or [`SetOnce`] for several | there are no callbacks to be removed: drop who waits | [done_callbacks] |
//! | `Task`, `create_task` | [`spawn`] | asyncio may lose a task to which nobody keeps a reference; tokio keeps it, and what you lose is its result | [task] |
//! | `ensure_future` | [`spawn`], if it is to start now | to await a future twice does not compile; see [`FutureExt::shared`] | [gather_tasks] |
//! | `Task.cancel` | [`JoinHandle::abort`] | a request, which can be caught, against a drop, which cannot | [cancel_task] |
//! | `wait_for` | [`timeout`] | around a [`JoinHandle`] it stops only the waiting; the task goes on ([code](#what-a-timeout-stops)) | [timeout] |
//! | `asyncio.timeout` | [`timeout`] around an `async` block | what blocks is not interrupted by either | [timeout] |
//! | `shield` | [`spawn`], and await the handle | no name for it is needed: a task outlives who waits for it | [shield] |
//! | **Many at once** | | | |
//! | `gather` | [`join!`], [`join_all`] | gather makes a task of each, `join!` polls all in one: one of them that blocks, blocks all; [`tokio::join!`] polls another one first each time | [gather], [gather_tasks] |
//! | `gather`, and one fails | [`try_join!`] | gather leaves the others running, `try_join!` drops them | [gather_errors] |
//! | `return_exceptions=True` | [`join!`] of [`Result`]s | a panic is no error, and goes through | [gather_errors] |
//! | `as_completed` | [`FuturesUnordered`], [`JoinSet`] | gives results, in the order in which they come, without saying whose | [as_completed] |
//! | `wait(…, FIRST_COMPLETED)` | [`select!`] | the losers are dropped, in the middle of what they do; it looks at a random one first, unless it is `biased` | [first_completed] |
//! | `TaskGroup` | [`JoinSet`] | dropped, it aborts all, but does not wait for them; and one that fails stops the others only if you say so | [task_group] |
//! | **Iteration** | | | |
//! | `async for`, `__anext__` | `while let Some(item) =` [`stream.next()`](futures::StreamExt::next)`.await` | there is no syntax for it; the stream has to be pinned | [ticker] |
//! | async generators, `aclose` | [`stream!`] | after `break` it is not closed before the end of its scope, and cannot await while it is dropped | [ticker] |
//! | `[… async for … if await …]` | [`filter`], [`then`], [`collect`] | one item after the other, as in Python | [comprehension] |
//! | `for … in await …` | a [`Future`] of a [`Vec`] | the first item comes with the last | [await_for] |
//! | `Semaphore` and `gather`, for a few at a time | [`buffered`], [`buffer_unordered`], [`for_each_concurrent`] | while the body of the loop waits, nobody polls what is in the buffer | [pipeline] |
//! | **Context managers** | | | |
//! | `async with`, `__aexit__` | [`Drop`], or [`AsyncContext`](crate::context::AsyncContext) of this library | `Drop` cannot await, and does not know whether there was an error | [context_manager] |
//! | `async with session.transaction()` | [`Cleanups::with`](crate::context::Cleanups::with) | who was cancelled cleans up after the canceller has gone on | [transaction] |
//! | **Synchronization** | | | |
//! | `Lock` | [`Mutex`](tokio::sync::Mutex), or that of `std` | if nobody waits while holding it, take that of `std`; it belongs to its data, and is let go where its guard is dropped | [lock] |
//! | `Event` | [`watch`] for a level, [`Notify`] for an edge | who comes after [`notify_waiters`] waits for ever | [event] |
//! | `Condition` | [`Notify`], and a loop that looks again | between the wake and the poll another may have been faster, as in Python | [condition] |
//! | `Semaphore`, `BoundedSemaphore` | [`Semaphore`] | `let _ = semaphore.acquire().await` gives the permit back at once | [semaphore] |
//! | `Queue(maxsize)`, `put`, `get` | [`mpsc::channel`] | one receiver only; `recv` ends when all senders are dropped, a forgotten one keeps it waiting | [backpressure], [queue] |
//! | `Queue.join`, `task_done` | await the consumer, after dropping the senders; or a token in each item | a consumer that fails forgets no `task_done`, since its token is dropped | [queue] |
//! | `Barrier` | [`Barrier`] | there is no `abort`: who is cancelled after it has arrived still counts, so the others go on without it | [barrier] |
//! | **Executors** | | | |
//! | `run_in_executor(None, …)`, `to_thread` | [`spawn_blocking`](tokio::task::spawn_blocking) | what has begun cannot be aborted; up to 512 threads, where asyncio has 32 at most | [spawn_blocking], [blocked_loop] |
//! | `ThreadPoolExecutor(2)` | [`spawn_blocking`](tokio::task::spawn_blocking) behind a [`Semaphore`] | the permit has to go into the closure: the thread works on when who waits for it is dropped | [thread_pool] |
//! | `ProcessPoolExecutor` | [`process::Command`], or simply threads | there is no GIL: processes are for what may crash, not for speed | [process_pool] |
//! | threads beside asyncio | [`Handle`], [`blocking_send`], [`oneshot`] | [`block_on`](tokio::runtime::Runtime::block_on) inside a task panics | [threads_and_tasks] |
//! | **Transports and protocols** | | | |
//! | `Protocol`: `connection_made`, `data_received`, `eof_received`, `connection_lost` | a state machine, as this library's [`Protocol`] | where the bytes are cut has no meaning in either | [protocol] |
//! | `Transport`, `create_connection`, `create_server` | [`AsyncRead`] and [`AsyncWrite`]; [`TcpStream`], [`TcpListener`] | `write` never waits, [`write_all`] does; and `drop` closes without waiting | [echo] |
//! | `DatagramProtocol`, `create_datagram_endpoint` | [`UdpSocket`] | a datagram that is longer than the buffer is cut off silently | [udp_echo] |
//! | `connect_read_pipe`, `SubprocessProtocol`, `create_subprocess_exec` | [`process::Command`] | the child outlives its `Child`, unless `kill_on_drop`; nobody reads its pipes while you [`wait`] | [subprocess] |
//! | streams: `open_connection`, `StreamReader`, `StreamWriter` | [`TcpStream`] in a [`BufReader`]: [`lines`], [`read_line`] | a line has no limit, where asyncio's has 64 KiB; a `read_line` that is cancelled loses what it has read ([code](#streams)) | [http] |
//! | `pause_writing`, `resume_writing`, `drain` | [`write_all`] | back-pressure is the rule; to have none, one needs an unbounded buffer | [flow_control] |
//! | `write_eof` | [`shutdown`] | dropping one of two halves of [`split`] closes nothing | [flow_control] |
//! | **The rest** | | | |
//! | `contextvars` | [`task_local!`] | a task that is spawned does not inherit ([code](#contextvars)) | [code](#contextvars) |
//! | `add_signal_handler`, `KeyboardInterrupt` | [`signal::ctrl_c`] | without a listener Ctrl-C ends the process, and no destructor runs; after the first listener never again ([code](#signals)) | [code](#signals) |
//! | debug mode, `slow_callback_duration` | [`report_slow_polls`](crate::slow_poll::SlowPollExt::report_slow_polls) | tokio has no such mode in its stable part | [slow_callback] |
//! | "coroutine … was never awaited" | `#[must_use]` | only what is thrown away at once is seen; what is kept in a variable is not | [never_awaited] |
//! | `ResourceWarning` | [`Drop`] | nothing has to be closed by hand, except for what has to be told to somebody else | [resource_warning] |
//! | a program that hangs | the same | futures wait for ever without a sign, in both; [`record`](crate::record) gives a verdict | [deadlock] |
//!
//! # What runs when
//!
//! ```
//! use async_concepts::{LaneExt, record, say};
//! use std::time::Duration;
//! use tokio::{spawn, time::sleep};
//!
//! async fn nap(seconds: u64) {
//!     say!("begins");
//!     sleep(Duration::from_secs(seconds)).await;
//! }
//!
//! let run = record("what runs when", || async {
//!     let future = nap(1).lane("future"); // as `coroutine = nap(1)`: nothing happens
//!     let task = spawn(nap(1).lane("task")); // as `create_task(nap(1))`: it begins when somebody waits
//!     sleep(Duration::from_secs(5)).await;
//!     future.await;
//!     task.await.expect("it does not panic");
//! });
//! assert_eq!(run.transcript(), ["0.000 task begins", "5.000 future begins"]);
//! assert_eq!(run.elapsed, Duration::from_secs(5 + 1));
//! ```
//!
//! # What a timeout stops
//!
//! ```
//! use async_concepts::{record, say};
//! use std::time::Duration;
//! use tokio::{spawn, time::{sleep, timeout}};
//!
//! /// As `try: … finally: say("cleaned up")`, but without an `await` in it.
//! struct Cleanup;
//!
//! impl Drop for Cleanup {
//!     fn drop(&mut self) {
//!         say!("cleaned up");
//!     }
//! }
//!
//! async fn work() {
//!     let _cleanup = Cleanup;
//!     sleep(Duration::from_secs(10)).await;
//!     say!("done");
//! }
//!
//! const PATIENCE: Duration = Duration::from_secs(1);
//!
//! let run = record("a future", async || timeout(PATIENCE, work()).await.is_ok());
//! assert_eq!(run.transcript(), ["1.000 main cleaned up"]);
//! assert_eq!(run.output(), false);
//!
//! let run = record("a task", async || {
//!     let mut task = spawn(work());
//!     assert!(timeout(PATIENCE, &mut task).await.is_err()); // and it goes on: `wait_for` would have cancelled it
//!     task.await
//! });
//! assert_eq!(run.elapsed, Duration::from_secs(10));
//! assert!(run.output().is_ok());
//! ```
//!
//! # What is left when main returns
//!
//! ```
//! use async_concepts::{LaneExt, record, say};
//! use std::time::Duration;
//! use tokio::{spawn, time::sleep};
//!
//! let run = record("main returns", || async {
//!     let save = async {
//!         sleep(Duration::from_secs(1)).await;
//!         say!("saved");
//!     };
//!     spawn(save.lane("save"));
//!     sleep(Duration::from_millis(500)).await;
//!     say!("main returns");
//! });
//! assert_eq!(run.transcript(), ["0.500 main main returns"]); // nothing was saved: await the task, or use a `JoinSet`
//! ```
//!
//! # Streams
//!
//! A `StreamReader` keeps what a cancelled `readline` has read. In Rust it depends on the method, and the docs of each
//! say so under "cancel safety".
//!
//! ```
//! use async_concepts::record;
//! use std::time::Duration;
//! use tokio::{
//!     io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex},
//!     time::timeout,
//! };
//!
//! const PATIENCE: Duration = Duration::from_secs(1);
//!
//! let run = record("cancelled", || async {
//!     let (mut writer, reader) = duplex(64);
//!     let (mut reader, mut line) = (BufReader::new(reader), String::new());
//!     writer.write_all(b"hel").await?;
//!     assert!(timeout(PATIENCE, reader.read_line(&mut line)).await.is_err());
//!     writer.write_all(b"lo\n").await?;
//!     reader.read_line(&mut line).await?;
//!     std::io::Result::Ok(line)
//! });
//! assert_eq!(run.output().unwrap(), "lo\n"); // a trap: the future had the beginning, and is gone
//!
//! let run = record("cancelled, and nothing lost", || async {
//!     let (mut writer, reader) = duplex(64);
//!     let mut lines = BufReader::new(reader).lines(); // it keeps the beginning itself
//!     writer.write_all(b"hel").await?;
//!     assert!(timeout(PATIENCE, lines.next_line()).await.is_err());
//!     writer.write_all(b"lo\n").await?;
//!     lines.next_line().await
//! });
//! assert_eq!(run.output().unwrap().as_deref(), Some("hello"));
//! ```
//!
//! # contextvars
//!
//! A context variable is set from some moment on, and each task gets a copy of the context of who made it. A task-local
//! is set around a future, and a task that is spawned in it starts without.
//!
//! ```
//! use tokio::{spawn, task_local};
//!
//! task_local! {
//!     static REQUEST: u32;
//! }
//!
//! fn request() -> Option<u32> {
//!     REQUEST.try_with(|request| *request).ok()
//! }
//!
//! let run = async_concepts::record("contextvars", || {
//!     REQUEST.scope(7, async {
//!         let awaited = async { request() }.await;
//!         let spawned = spawn(async { request() }).await.expect("it does not panic");
//!         let handed_on = spawn(REQUEST.scope(REQUEST.get(), async { request() })).await.expect("it does not panic");
//!         [awaited, spawned, handed_on]
//!     })
//! });
//! assert_eq!(run.output(), [Some(7), None, Some(7)]);
//! ```
//!
//! # Signals
//!
//! `asyncio.run` makes of Ctrl-C a cancellation of `main` (since Python 3.11). In Rust one awaits it like anything else:
//!
//! ```no_run
//! use tokio::signal::{
//!     ctrl_c,
//!     unix::{SignalKind, signal},
//! };
//! # async fn serve() {}
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> std::io::Result<()> {
//!     let mut terminate = signal(SignalKind::terminate())?;
//!     tokio::select! {
//!         () = serve() => {}
//!         pressed = ctrl_c() => pressed?,
//!         _ = terminate.recv() => {}
//!     }
//!     println!("what `serve` was doing has been dropped; say goodbye here, where one can wait");
//!     Ok(())
//! }
//! ```
//!
//! The links to the examples lead from where `cargo doc` puts this page, `target/doc`, to the files in the repository.
//!
//! [function]: ../../../../examples/coroutines/function.rs
//! [generator]: ../../../../examples/coroutines/generator.rs
//! [coroutine]: ../../../../examples/coroutines/coroutine.rs
//! [laziness]: ../../../../examples/coroutines/laziness.rs
//! [state_machine]: ../../../../examples/coroutines/state_machine.rs
//! [four_ways]: ../../../../examples/coroutines/four_ways.rs
//! [smallest_loop]: ../../../../examples/event_loop/smallest_loop.rs
//! [hello_world]: ../../../../examples/event_loop/hello_world.rs
//! [cancel_handle]: ../../../../examples/event_loop/cancel_handle.rs
//! [timers]: ../../../../examples/event_loop/timers.rs
//! [call_soon_threadsafe]: ../../../../examples/event_loop/call_soon_threadsafe.rs
//! [run_until_complete]: ../../../../examples/event_loop/run_until_complete.rs
//! [exception_handler]: ../../../../examples/event_loop/exception_handler.rs
//! [future]: ../../../../examples/futures/future.rs
//! [done_callbacks]: ../../../../examples/futures/done_callbacks.rs
//! [task]: ../../../../examples/futures/task.rs
//! [cancel_task]: ../../../../examples/futures/cancel_task.rs
//! [timeout]: ../../../../examples/futures/timeout.rs
//! [shield]: ../../../../examples/futures/shield.rs
//! [gather]: ../../../../examples/gather/gather.rs
//! [gather_tasks]: ../../../../examples/gather/gather_tasks.rs
//! [gather_errors]: ../../../../examples/gather/gather_errors.rs
//! [as_completed]: ../../../../examples/gather/as_completed.rs
//! [first_completed]: ../../../../examples/gather/first_completed.rs
//! [task_group]: ../../../../examples/gather/task_group.rs
//! [ticker]: ../../../../examples/iteration/ticker.rs
//! [comprehension]: ../../../../examples/iteration/comprehension.rs
//! [await_for]: ../../../../examples/iteration/await_for.rs
//! [pipeline]: ../../../../examples/iteration/pipeline.rs
//! [backpressure]: ../../../../examples/iteration/backpressure.rs
//! [context_manager]: ../../../../examples/context/context_manager.rs
//! [transaction]: ../../../../examples/context/transaction.rs
//! [lock]: ../../../../examples/synchronization/lock.rs
//! [event]: ../../../../examples/synchronization/event.rs
//! [condition]: ../../../../examples/synchronization/condition.rs
//! [semaphore]: ../../../../examples/synchronization/semaphore.rs
//! [queue]: ../../../../examples/synchronization/queue.rs
//! [barrier]: ../../../../examples/synchronization/barrier.rs
//! [spawn_blocking]: ../../../../examples/executors/spawn_blocking.rs
//! [blocked_loop]: ../../../../examples/executors/blocked_loop.rs
//! [thread_pool]: ../../../../examples/executors/thread_pool.rs
//! [process_pool]: ../../../../examples/executors/process_pool.rs
//! [threads_and_tasks]: ../../../../examples/executors/threads_and_tasks.rs
//! [protocol]: ../../../../examples/transports/protocol.rs
//! [echo]: ../../../../examples/transports/echo.rs
//! [flow_control]: ../../../../examples/transports/flow_control.rs
//! [subprocess]: ../../../../examples/transports/subprocess.rs
//! [udp_echo]: ../../../../examples/transports/udp_echo.rs
//! [http]: ../../../../examples/transports/http.rs
//! [slow_callback]: ../../../../examples/debugging/slow_callback.rs
//! [never_awaited]: ../../../../examples/debugging/never_awaited.rs
//! [resource_warning]: ../../../../examples/debugging/resource_warning.rs
//! [deadlock]: ../../../../examples/debugging/deadlock.rs
//!
//! [`join!`]: futures::join!
//! [`tokio::join!`]: tokio::join!
//! [`join_all`]: futures::future::join_all
//! [`try_join!`]: futures::try_join!
//! [`select!`]: tokio::select!
//! [`FuturesUnordered`]: futures::stream::FuturesUnordered
//! [`FutureExt::shared`]: futures::FutureExt::shared
//! [`filter`]: futures::StreamExt::filter
//! [`then`]: futures::StreamExt::then
//! [`collect`]: futures::StreamExt::collect
//! [`buffered`]: futures::StreamExt::buffered
//! [`buffer_unordered`]: futures::StreamExt::buffer_unordered
//! [`for_each_concurrent`]: futures::StreamExt::for_each_concurrent
//! [`stream!`]: async_stream::stream!
//! [`Waker`]: std::task::Waker
//! [`spawn`]: tokio::spawn
//! [`current_thread`]: tokio::runtime::Builder::new_current_thread
//! [`Runtime::new`]: https://docs.rs/tokio/1/tokio/runtime/struct.Runtime.html#method.new
//! [`Runtime::block_on`]: tokio::runtime::Runtime::block_on
//! [`LocalSet::run_until`]: tokio::task::LocalSet::run_until
//! [`Handle`]: tokio::runtime::Handle
//! [`Handle::current`]: tokio::runtime::Handle::current
//! [`Handle::spawn`]: tokio::runtime::Handle::spawn
//! [`yield_now`]: tokio::task::yield_now
//! [`AbortHandle::abort`]: tokio::task::AbortHandle::abort
//! [`JoinHandle`]: tokio::task::JoinHandle
//! [`JoinHandle::abort`]: tokio::task::JoinHandle::abort
//! [`JoinError`]: tokio::task::JoinError
//! [`JoinSet`]: tokio::task::JoinSet
//! [`task_local!`]: tokio::task_local!
//! [`sleep`]: tokio::time::sleep
//! [`sleep_until`]: tokio::time::sleep_until
//! [`timeout`]: tokio::time::timeout
//! [`Instant`]: tokio::time::Instant
//! [`Instant::now`]: tokio::time::Instant::now
//! [`oneshot`]: tokio::sync::oneshot
//! [`SetOnce`]: tokio::sync::SetOnce
//! [`watch`]: tokio::sync::watch
//! [`Notify`]: tokio::sync::Notify
//! [`notify_waiters`]: tokio::sync::Notify::notify_waiters
//! [`Semaphore`]: tokio::sync::Semaphore
//! [`mpsc::channel`]: tokio::sync::mpsc::channel
//! [`blocking_send`]: tokio::sync::mpsc::Sender::blocking_send
//! [`Barrier`]: tokio::sync::Barrier
//! [`Protocol`]: crate::protocol::Protocol
//! [`AsyncRead`]: tokio::io::AsyncRead
//! [`AsyncWrite`]: tokio::io::AsyncWrite
//! [`write_all`]: tokio::io::AsyncWriteExt::write_all
//! [`shutdown`]: tokio::io::AsyncWriteExt::shutdown
//! [`split`]: tokio::io::split
//! [`BufReader`]: tokio::io::BufReader
//! [`lines`]: tokio::io::AsyncBufReadExt::lines
//! [`read_line`]: tokio::io::AsyncBufReadExt::read_line
//! [`TcpStream`]: https://docs.rs/tokio/1/tokio/net/struct.TcpStream.html
//! [`TcpListener`]: https://docs.rs/tokio/1/tokio/net/struct.TcpListener.html
//! [`UdpSocket`]: https://docs.rs/tokio/1/tokio/net/struct.UdpSocket.html
//! [`process::Command`]: https://docs.rs/tokio/1/tokio/process/struct.Command.html
//! [`wait`]: https://docs.rs/tokio/1/tokio/process/struct.Child.html#method.wait
//! [`signal::ctrl_c`]: https://docs.rs/tokio/1/tokio/signal/fn.ctrl_c.html
