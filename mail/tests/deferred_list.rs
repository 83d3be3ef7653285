//! Twisted's `DeferredList` beside its Rust forms: what each does is observed, and it is what the
//! README's table says.
//!
//! In all rows there are three sends: A succeeds after one second, B fails after two, C succeeds
//! after three. Twisted's side is observed by `deferred_list.py` beside this file.
use futures::future::{FutureExt, join_all, select_ok, try_join_all};
use std::{
    fs,
    panic::AssertUnwindSafe,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    spawn,
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

type Sent = Result<&'static str, &'static str>;

/// What happens to the sends, and when.
#[derive(Clone)]
struct Log {
    begin: Instant,
    ends: Arc<Mutex<Vec<(Duration, String)>>>,
}

/// Whether a send succeeds, fails, or panics.
#[derive(Clone, Copy)]
enum How {
    Succeeds,
    Fails,
    Panics,
}
use How::{Fails, Panics, Succeeds};

const USUAL: [How; 3] = [Succeeds, Fails, Succeeds];

impl Log {
    fn new() -> Log {
        Log { begin: Instant::now(), ends: Arc::default() }
    }

    fn after(&self, seconds: f64) -> Instant {
        self.begin + Duration::from_secs_f64(seconds)
    }

    async fn send(self, number: usize, how: How) -> Sent {
        sleep_until(self.after(1.0 + number as f64)).await;
        let name = ["A", "B", "C"][number];
        let (end, result) = match how {
            Succeeds => ("ends", Ok(name)),
            Fails => ("fails", Err(["no A", "no B", "no C"][number])),
            Panics => panic!("a bug in {name}"),
        };
        self.ends.lock().unwrap().push((self.begin.elapsed(), format!("{name} {end}")));
        result
    }

    fn sends(&self, how: &[How]) -> Vec<impl Future<Output = Sent> + Unpin + use<>> {
        how.iter()
            .enumerate()
            .map(|(number, how)| Box::pin(self.clone().send(number, *how)))
            .collect()
    }

    /// Each as a task, which goes on when it is not waited for.
    fn tasks(&self, how: &[How]) -> Vec<JoinHandle<Sent>> {
        how.iter().enumerate().map(|(number, how)| spawn(self.clone().send(number, *how))).collect()
    }

    /// When this came, and what; and what became of the sends after that.
    async fn observe(self, what: impl Future<Output = String>) -> String {
        let (at, what) = match timeout(Duration::from_secs(3600), what).await {
            Ok(what) => (self.begin.elapsed(), what),
            Err(_) => return "never".to_owned(),
        };
        sleep_until(self.after(9.0)).await;
        let ends = self.ends.lock().unwrap();
        let later: Vec<&str> =
            ends.iter().filter(|(end, _)| *end > at).map(|(_, what)| what.as_str()).collect();
        let later =
            if later.is_empty() { String::new() } else { format!("; later {}", later.join(", ")) };
        format!("after {} s: {what}{later}", at.as_secs_f64())
    }
}

fn sent(sent: Sent) -> &'static str {
    sent.unwrap_or_else(|error| error)
}

fn list(results: Vec<Sent>) -> String {
    format!("[{}]", results.into_iter().map(sent).collect::<Vec<_>>().join(", "))
}

/// The task's own result, or that it panicked, which is neither.
fn ended(task: Result<Sent, tokio::task::JoinError>) -> &'static str {
    task.map_or("a panic", sent)
}

async fn flattened(task: JoinHandle<Sent>) -> Sent {
    task.await.unwrap_or(Err("a panic"))
}

async fn all(how: &[How]) -> String {
    let log = Log::new();
    let sends = log.sends(how);
    log.observe(async { list(join_all(sends).await) }).await
}

async fn all_tasks(how: &[How]) -> String {
    let log = Log::new();
    let tasks = log.tasks(how);
    log.observe(async {
        format!("[{}]", join_all(tasks).await.into_iter().map(ended).collect::<Vec<_>>().join(", "))
    })
    .await
}

async fn first_success(how: &[How]) -> String {
    let log = Log::new();
    let sends = log.sends(how);
    log.observe(async { sent(select_ok(sends).await.map(|(sent, _others)| sent)).to_owned() }).await
}

async fn first_success_of_tasks(how: &[How]) -> String {
    let log = Log::new();
    let tasks: Vec<_> = log.tasks(how).into_iter().map(|task| Box::pin(flattened(task))).collect();
    log.observe(async { sent(select_ok(tasks).await.map(|(sent, _others)| sent)).to_owned() }).await
}

async fn first_failure(how: &[How]) -> String {
    let log = Log::new();
    let sends = log.sends(how);
    log.observe(async {
        try_join_all(sends)
            .await
            .map_or_else(str::to_owned, |sent| format!("[{}]", sent.join(", ")))
    })
    .await
}

async fn first_failure_of_tasks(how: &[How]) -> String {
    let log = Log::new();
    let tasks: Vec<_> = log.tasks(how).into_iter().map(flattened).collect();
    log.observe(async {
        try_join_all(tasks)
            .await
            .map_or_else(str::to_owned, |sent| format!("[{}]", sent.join(", ")))
    })
    .await
}

/// A panic of what is awaited, and not of a task, is a panic of the task that awaits it.
async fn panics(what: impl Future<Output = String>) -> String {
    match AssertUnwindSafe(what).catch_unwind().await {
        Ok(what) => what,
        Err(_) => "panics".to_owned(),
    }
}

/// What becomes of the sends if the future that waits for them is dropped after a second and a
/// half.
async fn dropped(spawned: bool) -> String {
    let log = Log::new();
    let limit = Duration::from_millis(1500);
    let in_time = match spawned {
        true => timeout(limit, join_all(log.tasks(&USUAL))).await.is_ok(),
        false => timeout(limit, join_all(log.sends(&USUAL))).await.is_ok(),
    };
    assert!(!in_time);
    log.observe(async { "nothing".to_owned() }).await
}

/// An error that is never asked for.
async fn unobserved() -> String {
    let run = std::thread::spawn(|| {
        async_concepts::record("unobserved", || async {
            let log = Log::new();
            drop(log.tasks(&USUAL));
            sleep_until(log.after(9.0)).await;
        })
    });
    match run.join().expect("it does not panic").lines.len() {
        0 => "nothing is said".to_owned(),
        lines => format!("{lines} lines are said"),
    }
}

/// What is done in Twisted, what comes of it there; what is done in Rust, and what comes of it.
type Row = (&'static str, &'static str, &'static str, &'static str);

const TABLE: [Row; 16] = [
    (
        "`DeferredList(ds)`",
        "after 3 s: [A, no B, C]",
        "`join_all(sends)`",
        "after 3 s: [A, no B, C]",
    ),
    ("of none", "after 0 s: []", "`join_all([])`", "after 0 s: []"),
    (
        "and B has a bug",
        "after 3 s: [A, a bug in B, C]",
        "`join_all(tasks)`: a third outcome",
        "after 3 s: [A, a panic, C]",
    ),
    ("", "", "`join_all(sends)`: the waiting task panics, too", "panics"),
    (
        "`fireOnOneCallback=True`",
        "after 1 s: A, number 0; later B fails, C ends",
        "`select_ok(sends)`: drops the others",
        "after 1 s: A",
    ),
    ("", "", "`select_ok(tasks)`: lets them go on", "after 1 s: A; later B fails, C ends"),
    (
        "and all fail",
        "after 3 s: [no A, no B, no C]",
        "`select_ok`: only the last error",
        "after 3 s: no C",
    ),
    ("of none", "never", "`select_ok([])`", "panics"),
    (
        "`fireOnOneErrback=True`",
        "after 2 s: no B, number 1; later C ends",
        "`try_join_all(sends)`: drops the others",
        "after 2 s: no B",
    ),
    ("", "", "`try_join_all(tasks)`: lets them go on", "after 2 s: no B; later C ends"),
    ("and none fails", "after 3 s: [A, B, C]", "`try_join_all`", "after 3 s: [A, B, C]"),
    ("of none", "after 0 s: []", "`try_join_all([])`", "after 0 s: []"),
    (
        "`consumeErrors=False`",
        "1 unhandled error is logged",
        "`drop(task)`; the compiler warns of a result that is not used",
        "nothing is said",
    ),
    ("`consumeErrors=True`", "nothing is logged", "the same", "nothing is said"),
    (
        "`cancel()` after 1.5 s",
        "after 1.5 s: [A, cancelled, cancelled]",
        "dropping `join_all(sends)`: cancels all",
        "after 1.5 s: nothing",
    ),
    (
        "and it had fired already",
        "after 1 s: A, number 0; later B fails, C ends",
        "dropping `join_all(tasks)`: cancels none",
        "after 1.5 s: nothing; later B fails, C ends",
    ),
];

#[tokio::test(start_paused = true)]
async fn rust_does_what_the_table_says() {
    let all_fail = [Fails; 3];
    let observed = [
        all(&USUAL).await,
        all(&[]).await,
        all_tasks(&[Succeeds, Panics, Succeeds]).await,
        panics(all(&[Succeeds, Panics, Succeeds])).await,
        first_success(&USUAL).await,
        first_success_of_tasks(&USUAL).await,
        first_success(&all_fail).await,
        panics(first_success(&[])).await,
        first_failure(&USUAL).await,
        first_failure_of_tasks(&USUAL).await,
        first_failure(&[Succeeds; 3]).await,
        first_failure(&[]).await,
        unobserved().await,
        unobserved().await,
        dropped(false).await,
        dropped(true).await,
    ];
    let expected: Vec<&str> = TABLE.iter().map(|row| row.3).collect();
    assert_eq!(observed.to_vec(), expected);
}

#[test]
#[ignore = "needs python3 with Twisted"]
fn twisted_does_what_the_table_says() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deferred_list.py");
    let output = Command::new("python3").arg(script).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let observed = String::from_utf8(output.stdout).expect("UTF-8");
    let expected: Vec<&str> =
        TABLE.iter().map(|row| row.1).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(observed.lines().collect::<Vec<&str>>(), expected);
}

#[test]
fn the_table_stands_in_the_readme() {
    let mut table = String::from(
        "| in Twisted | what comes of it | in Rust | what comes of it |\n\
        | --- | --- | --- | --- |\n",
    );
    for (twisted, comes, rust, comes_too) in TABLE {
        table += &format!("| {twisted} | {comes} | {rust} | {comes_too} |\n");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");
    let (before, rest) =
        readme.split_once("<!-- DeferredList -->\n").expect("the table has a place");
    let (written, after) = rest.split_once("<!-- until here -->\n").expect("and an end");
    if std::env::var_os("UPDATE").is_some() {
        let readme = format!("{before}<!-- DeferredList -->\n{table}<!-- until here -->\n{after}");
        fs::write(&path, readme).expect("it can be written");
    } else {
        assert_eq!(
            written, table,
            "UPDATE=1 cargo test --package async-concepts-mail --test deferred_list writes it anew"
        );
    }
}
