//! Serves the deck on loopback, and runs examples from it.
//!
//! A server that runs programs must not do so for just anybody. It listens on loopback alone, which keeps other machines
//! out. Other *pages* in the presenter's browser could still reach it: one that is loaded from elsewhere, and has its own
//! name point to 127.0.0.1, sends that name as `Host`; one that just sends a request says in `Origin` who it is. So both
//! are checked; and nothing is run but the examples that stand in the deck, without arguments.
//!
//! A run belongs to the request that asked for it, and its output is the answer. Whoever stops reading, because Stop was
//! pressed or the page is gone, ends the run: dropping the answer drops the run, which kills the process and all that it
//! has started.
use crate::{
    compose::{Talk, compose},
    examples::{Examples, build_arguments, cargo, executable},
    page::{For, page},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path as UrlPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use futures::stream;
use std::{
    collections::{BTreeSet, HashSet},
    convert::Infallible,
    fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    sync::{Notify, mpsc},
    task::spawn_blocking,
    time::timeout,
};

/// A deck that is being served.
pub struct Live {
    root: PathBuf,
    /// The port, as it stands in `Host`.
    port: u16,
    /// The talk as of the last time somebody looked, and what the files were like then.
    talk: tokio::sync::Mutex<Option<(Vec<Stamp>, Arc<Shown>)>>,
    running: Arc<Running>,
}

/// The examples that run.
#[derive(Default)]
struct Running {
    examples: Mutex<HashSet<String>>,
    /// Rings when one of them has ended.
    ended: Notify,
}

/// What is known of the talk while it is served.
struct Shown {
    page: String,
    /// The examples that may be run.
    examples: BTreeSet<String>,
}

/// A file, when it was changed, and how long it is.
type Stamp = (PathBuf, Option<SystemTime>, u64);

/// Binds a port of the loopback interface; 0 for any that is free.
pub async fn bind(port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port} is in use: choose another one with `--port`, or any free one with `--port 0`")
        }
        _ => format!("cannot listen on port {port}: {error}"),
    })
}

/// Makes the deck of the repository at `root`, to be served on this port. Fails if there is something wrong with it.
pub async fn prepare(port: u16, root: PathBuf) -> Result<Arc<Live>, String> {
    let live = Arc::new(Live { root, port, talk: Default::default(), running: Default::default() });
    live.talk().await?;
    Ok(live)
}

/// Serves the deck until it is dropped. What still runs then ends with the runtime.
pub async fn serve(listener: TcpListener, live: Arc<Live>) -> Result<Infallible, String> {
    let app = Router::new()
        .route("/", get(show))
        .route("/run/{example}", post(run))
        .layer(middleware::from_fn_with_state(live.clone(), only_our_own_pages))
        .with_state(live);
    let served = axum::serve(listener, app).await;
    Err(format!(
        "cannot serve any more: {}",
        served.err().map_or("it ended".into(), |error| error.to_string())
    ))
}

/// Lets nobody in but pages that we have served ourselves.
async fn only_our_own_pages(
    State(live): State<Arc<Live>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(why) = check(request.method() == "POST", request.headers(), live.port) {
        return (StatusCode::FORBIDDEN, format!("{why}\n")).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Whether a request is for us, and from us. Browsers say where a POST comes from; who does not say it is not let in.
fn check(acts: bool, headers: &HeaderMap, port: u16) -> Result<(), String> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let ours = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{port}"));
    let host = text(header::HOST).unwrap_or_default();
    if !ours.iter().any(|ours| ours == host) {
        return Err(format!("This is not {host:?}, but a deck of slides at http://{}.", ours[0]));
    }
    match text(header::ORIGIN) {
        Some(origin) if origin == format!("http://{host}") => Ok(()),
        Some(origin) => Err(format!("The deck does nothing for the page {origin:?}.")),
        None if acts => {
            Err("The deck runs examples only for its own page, and this request does not say whose it is.".into())
        }
        None => Ok(()),
    }
}

impl Live {
    /// The talk as it is now: whoever has changed `deck.md` or an example only has to reload.
    async fn talk(self: &Arc<Live>) -> Result<Arc<Shown>, String> {
        let mut talk = self.talk.lock().await;
        let root = self.root.clone();
        let stamps = stamps(&root);
        if let Some((before, shown)) = &*talk
            && *before == stamps
        {
            return Ok(shown.clone());
        }
        let composed =
            spawn_blocking(move || compose(&root)).await.map_err(|error| error.to_string())?;
        let composed = composed.map_err(|failure| failure.to_string())?;
        let shown = Arc::new(Shown {
            page: page(&composed, For::TheServer),
            examples: runnable(&composed),
        });
        *talk = Some((stamps, shown.clone()));
        Ok(shown)
    }
}

/// The examples that have a button.
fn runnable(talk: &Talk) -> BTreeSet<String> {
    talk.slides.iter().filter_map(|shown| Some(shown.run.as_ref()?.example.clone())).collect()
}

/// All that the deck is made of.
fn stamps(root: &Path) -> Vec<Stamp> {
    fn collect(folder: &Path, stamps: &mut Vec<Stamp>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    collect(&path, stamps);
                }
            } else if [".rs", ".py", ".md", ".toml"].iter().any(|end| name.ends_with(end)) {
                let metadata = entry.metadata().ok();
                let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
                stamps.push((path, changed, metadata.map_or(0, |metadata| metadata.len())));
            }
        }
    }
    let mut stamps = vec![];
    collect(root, &mut stamps);
    stamps.sort();
    stamps
}

async fn show(State(live): State<Arc<Live>>) -> Response {
    match live.talk().await {
        Ok(shown) => Html(shown.page.clone()).into_response(),
        Err(why) => {
            eprintln!("{why}");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{why}\n")).into_response()
        }
    }
}

async fn run(State(live): State<Arc<Live>>, UrlPath(example): UrlPath<String>) -> Response {
    let refuse = |status, why: String| (status, format!("{why}\n")).into_response();
    match live.talk().await {
        Ok(shown) if shown.examples.contains(&example) => {}
        Ok(_) => {
            return refuse(StatusCode::NOT_FOUND, format!("No slide runs an example {example:?}."));
        }
        // A deck that cannot be made at the moment, since an example is being changed, can still run them: that shows
        // what is wrong.
        Err(_) if known(&live, &example).await => {}
        Err(why) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, why),
    }
    let Some(place) = Place::take(&live.running, &example).await else {
        return refuse(
            StatusCode::CONFLICT,
            format!("{example} is already running: stop it first."),
        );
    };
    let (sender, receiver) = mpsc::channel(16);
    let root = live.root.clone();
    tokio::spawn(async move {
        let _place = place;
        let output = Output(sender.clone());
        tokio::select! {
            () = sender.closed() => {} // nobody reads any more, so the run is dropped
            () = perform(&root, &example, output) => {}
        }
    });
    let body = stream::unfold(receiver, async |mut receiver| {
        let bytes: Bytes = receiver.recv().await?;
        Some((Ok::<_, Infallible>(bytes), receiver))
    });
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(body)).into_response()
}

/// The example was in the deck when it could be made last.
async fn known(live: &Live, example: &str) -> bool {
    live.talk.lock().await.as_ref().is_some_and(|(_, shown)| shown.examples.contains(example))
}

/// The right to run an example, which only one has at a time.
struct Place {
    running: Arc<Running>,
    example: String,
}

/// Whoever has pressed Stop may press Run at once: the run before needs a moment to be killed.
const A_MOMENT: Duration = Duration::from_secs(2);

impl Place {
    async fn take(running: &Arc<Running>, example: &str) -> Option<Place> {
        let take = async {
            loop {
                let ended = running.ended.notified(); // from now on, so that no end is missed
                if running.examples.lock().expect("nobody panics here").insert(example.to_owned()) {
                    return Place { running: running.clone(), example: example.to_owned() };
                }
                ended.await;
            }
        };
        timeout(A_MOMENT, take).await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.running.examples.lock().expect("nobody panics here").remove(&self.example);
        self.running.ended.notify_waiters();
    }
}

/// Where the output of a run goes.
#[derive(Clone)]
struct Output(mpsc::Sender<Bytes>);

impl Output {
    /// Waits until there is room: a program that prints faster than the browser reads has to wait, too.
    async fn print(&self, text: impl Into<Bytes>) {
        let _ = self.0.send(text.into()).await; // an error means that nobody reads, and then we are dropped
    }

    async fn copy(&self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 8192];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            self.print(Bytes::copy_from_slice(&buffer[..length])).await;
        }
    }
}

/// Builds the example, since it may have been changed a moment ago, and runs it.
async fn perform(root: &Path, example: &str, output: Output) {
    let outcome = match build(root, example, &output).await {
        Ok(path) => execute(&path, root, &output).await,
        Err(why) => Err(why),
    };
    let last = match outcome {
        Ok(status) if status.success() => "\n── ended ──\n".to_owned(),
        Ok(status) => format!("\n── {status} ──\n"),
        Err(why) => format!("\n── {why} ──\n"),
    };
    output.print(last).await;
}

async fn build(root: &Path, example: &str, output: &Output) -> Result<PathBuf, String> {
    let examples = Examples::find(root)?;
    let found = examples.get(example).ok_or_else(|| format!("there is no example {example}"))?;
    let mut command = Command::from(cargo());
    command.args(build_arguments(&found.package, &[example])).arg("--quiet");
    let mut cargo = Group::spawn(command, root)?;
    let (stdout, stderr) = (cargo.child.stdout.take(), cargo.child.stderr.take());
    let find = async {
        let mut lines = BufReader::new(stdout.expect("it is a pipe")).lines();
        let mut found = None;
        while let Ok(Some(line)) = lines.next_line().await {
            found = executable(&line)
                .filter(|(name, _)| name == example)
                .map(|(_, path)| path)
                .or(found);
        }
        found
    };
    let (found, ()) = tokio::join!(find, output.copy(stderr.expect("it is a pipe")));
    cargo.wait().await?;
    found.ok_or_else(|| format!("{example} cannot be built"))
}

async fn execute(path: &Path, root: &Path, output: &Output) -> Result<ExitStatus, String> {
    let mut process = Group::spawn(Command::new(path), root)?;
    let (stdout, stderr) = (process.child.stdout.take(), process.child.stderr.take());
    tokio::join!(
        output.copy(stdout.expect("it is a pipe")),
        output.copy(stderr.expect("it is a pipe"))
    );
    process.wait().await
}

/// A process and all that it starts. Dropping it kills them.
struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    fn spawn(mut command: Command, root: &Path) -> Result<Group, String> {
        command
            .current_dir(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn();
        let name = || command.as_std().get_program().to_string_lossy().into_owned();
        child
            .map(|child| Group { child, ended: false })
            .map_err(|error| format!("cannot run {}: {error}", name()))
    }

    async fn wait(&mut self) -> Result<ExitStatus, String> {
        let status =
            self.child.wait().await.map_err(|error| format!("it cannot be waited for: {error}"))?;
        self.ended = true;
        Ok(status)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self
            .child
            .id()
            .filter(|_| !self.ended)
            .and_then(|id| rustix::process::Pid::from_raw(id as i32))
        {
            // It may have ended by itself a moment ago.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(acts: bool, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        check(acts, &headers, 8123).is_ok()
    }

    #[test]
    fn only_our_own_page_gets_anything_done() {
        assert!(checked(true, "127.0.0.1:8123", Some("http://127.0.0.1:8123")));
        assert!(checked(true, "localhost:8123", Some("http://localhost:8123")));
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost:8123",
            "https://127.0.0.1:8123",
            "http://127.0.0.1",
        ] {
            assert!(!checked(true, "127.0.0.1:8123", Some(origin)), "{origin}");
            assert!(!checked(false, "127.0.0.1:8123", Some(origin)), "{origin}");
        }
        assert!(!checked(true, "127.0.0.1:8123", None), "who does not say where it comes from");
    }

    #[test]
    fn a_name_that_only_points_to_us_is_not_ours() {
        for host in
            ["evil.example:8123", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8123", ""]
        {
            assert!(!checked(false, host, None), "{host}");
        }
        assert!(checked(false, "127.0.0.1:8123", None));
    }
}
