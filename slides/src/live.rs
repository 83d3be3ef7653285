//! Serves the deck on loopback, and runs examples from it.
//!
//! A server that runs programs must not do so for any page that asks. It listens on loopback alone,
//! which keeps other machines out. Other *pages* in the presenter's browser could still reach it,
//! in two ways. A page of a foreign name that points to 127.0.0.1 sends that name as `Host`. Any
//! other page that posts a request here has its own address in `Origin`. So both headers are
//! checked; and nothing is run but the examples that stand in the deck, without arguments of the
//! caller's.
//!
//! A run belongs to the request that asked for it, and its output is the response. When the browser
//! stops reading, because Stop was pressed or the page is gone, the response is dropped, and with
//! it the run: that kills the process and all that it has started ([`crate::process`]).
//!
//! Making the deck anew takes seconds, so nothing waits for it but the page itself: a run is
//! allowed by the last deck that could be made.
//!
//! Read it after `site`; next are `process` and `guard`.
use crate::{
    compose::{Talk, compose_with},
    examples::{Example, Recordings, Stamp, stamp},
    page::{For, page},
    process::{self, Output},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path as UrlPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use futures::stream;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    convert::Infallible,
    fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::spawn_blocking,
    time::timeout,
};

/// A deck that is being served.
pub struct Live {
    /// The root of the repository.
    root: PathBuf,
    /// The port, as it stands in `Host`: a request for another one is not for us.
    port: u16,
    /// What the files were like when the last deck was made. Locked while one is being made, so
    /// that two pages that are loaded at once share it.
    stamps: tokio::sync::Mutex<Stamps>,
    /// The last deck that could be made.
    last: Mutex<Option<Arc<Shown>>>,
    /// What examples have recorded: only those that have changed are run for the next deck.
    recordings: Arc<Recordings>,
    /// Which examples run now: each at most once at a time.
    running: Arc<Running>,
}

/// The examples that run.
#[derive(Default)]
struct Running {
    /// Their names. A std mutex is enough: it is never locked across an await.
    examples: Mutex<HashSet<String>>,
    /// Notified when one of them has ended.
    ended: Notify,
}

/// What is known of the talk while it is served.
struct Shown {
    /// The page, ready to be sent.
    page: String,
    /// The examples that may be run.
    examples: BTreeMap<String, Example>,
    /// The files of Markdown and the pictures that it is made of. Others do not matter to it.
    files: BTreeSet<PathBuf>,
}

/// Each file that the deck may be made of, with its stamp.
type Stamps = BTreeMap<PathBuf, Stamp>;

/// Binds a port of the loopback interface; 0 for any that is free.
///
/// # Errors
/// A sentence, if the port is in use or not allowed.
pub async fn bind(port: u16) -> Result<TcpListener, String> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(format!(
            "port {port} is in use: choose another one with `--port`, \
             or any free one with `--port 0`"
        )),
        Err(error) => Err(format!("cannot listen on port {port}: {error}")),
    }
}

/// Makes the deck of the repository at `root`, to be served on this port.
///
/// # Errors
/// What is wrong with the deck, as `check` says it.
pub async fn prepare(port: u16, root: PathBuf) -> Result<Arc<Live>, String> {
    let live = Arc::new(Live {
        root,
        port,
        stamps: Default::default(),
        last: Default::default(),
        recordings: Default::default(),
        running: Default::default(),
    });
    live.talk().await?;
    Ok(live)
}

/// Serves the deck until it is dropped. What still runs then ends with the runtime.
///
/// # Errors
/// If the listener fails.
pub async fn serve(listener: TcpListener, live: Arc<Live>) -> Result<Infallible, String> {
    let app = Router::new()
        .route("/", get(show))
        .route("/run/{example}", post(run))
        // Around all routes, so that none can be forgotten.
        .layer(middleware::from_fn_with_state(live.clone(), only_our_own_pages))
        .with_state(live);
    match axum::serve(listener, app).await {
        Ok(()) => Err("cannot serve any more: the listener has ended".into()),
        Err(error) => Err(format!("cannot serve any more: {error}")),
    }
}

/// Answers only pages that we have served ourselves.
async fn only_our_own_pages(
    State(live): State<Arc<Live>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(why) = check(request.method() == "POST", request.headers(), live.port) {
        return (StatusCode::FORBIDDEN, format!("{why}\n")).into_response();
    }
    let mut response = next.run(request).await;
    // Not stored, since the deck changes; not shown in a frame of another page, which could lead a
    // click to the button Run.
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Whether a request is for us, and from a page of ours. Browsers say where a POST comes from; a
/// POST that does not say it is refused.
fn check(is_post: bool, headers: &HeaderMap, port: u16) -> Result<(), String> {
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let host = text(headers, header::HOST).unwrap_or_default();
    if !ours.iter().any(|ours| ours == host) {
        return Err(format!("This is not {host:?}, but a deck of slides at http://{}.", ours[0]));
    }
    match text(headers, header::ORIGIN) {
        Some(origin) if origin == format!("http://{host}") => Ok(()),
        Some(origin) => Err(format!("The deck does nothing for the page {origin:?}.")),
        None if is_post => Err("The deck runs examples only for its own page, \
                             and this request does not say from which page it comes."
            .into()),
        None => Ok(()),
    }
}

/// A header's text. A header that is not text gives `?`, which is no address and so is refused.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let value: &HeaderValue = headers.get(name)?;
    Some(value.to_str().unwrap_or("?"))
}

impl Live {
    /// The talk as it is now: after a change of `deck.md` or of an example, reload the page.
    async fn talk(&self) -> Result<Arc<Shown>, String> {
        let mut stamped = self.stamps.lock().await;
        let root = self.root.clone();
        let recordings = self.recordings.clone();
        let last = self.last();
        let before = stamped.clone();
        // Making a deck walks the tree and runs programs, so not on this thread, which serves all
        // requests.
        let making = spawn_blocking(move || {
            // Stamped before the deck is made: a file that changes meanwhile is noticed next time.
            let now = stamps(&root);
            match last {
                Some(last) if same(&before, &now, &last.files) => Ok((now, last)),
                _ => make(&root, &recordings).map(|shown| (now, shown)),
            }
        });
        let (now, shown) = making.await.map_err(|error| error.to_string())??;
        *stamped = now;
        *self.last.lock().expect("nothing panics while it is locked") = Some(shown.clone());
        Ok(shown)
    }

    /// The last deck that could be made.
    fn last(&self) -> Option<Arc<Shown>> {
        self.last.lock().expect("nothing panics while it is locked").clone()
    }

    /// The example of this name, if a slide runs it. The last deck answers at once. The files are
    /// looked at only for a name that the last deck does not know: a button may have been added.
    async fn runnable(&self, name: &str) -> Result<Option<Example>, String> {
        if let Some(shown) = self.last()
            && let Some(example) = shown.examples.get(name)
        {
            return Ok(Some(example.clone()));
        }
        Ok(self.talk().await?.examples.get(name).cloned())
    }
}

/// Makes the deck, and takes what the server needs of it.
fn make(root: &Path, recordings: &Recordings) -> Result<Arc<Shown>, String> {
    let talk = compose_with(root, recordings).map_err(|failure| failure.to_string())?;
    let page = page(&talk, For::TheServer);
    Ok(Arc::new(Shown { page, examples: runnable(&talk), files: talk.files }))
}

/// The examples that have a button.
fn runnable(talk: &Talk) -> BTreeMap<String, Example> {
    let mut runnable = BTreeMap::new();
    for shown in &talk.slides {
        if let Some(run) = &shown.run {
            runnable.insert(run.name.clone(), run.example.clone());
        }
    }
    runnable
}

/// All that a deck may be made of.
fn stamps(root: &Path) -> Stamps {
    let mut stamps = Stamps::new();
    collect(root, &mut stamps);
    stamps
}

/// Adds the files below a folder whose change may change the deck.
fn collect(folder: &Path, stamps: &mut Stamps) {
    // A folder or a file that cannot be read is missing, and that is noticed when the deck is made.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            // No example is made of its tests, and the workshop's exercises are edited all the
            // time. Of `tests` the deck shows the recorded twins: after these have been recorded
            // anew, the server has to be started again.
            let other = ["target", "tests", "benches", "workshop"].contains(&&*name);
            if !other && !name.starts_with('.') {
                collect(&path, stamps);
            }
        } else if [".rs", ".py", ".md", ".svg", ".json", ".toml"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            stamps.insert(path, stamp(entry.metadata()));
        }
    }
}

/// Whether nothing has changed of which the deck is made. Of Markdown and pictures only the `files`
/// that it shows count; all code counts.
fn same(before: &Stamps, now: &Stamps, files: &BTreeSet<PathBuf>) -> bool {
    let matters = |path: &PathBuf| {
        let document = path.extension() == Some("md".as_ref());
        let picture = path.extension() == Some("svg".as_ref());
        (!document && !picture) || files.contains(path)
    };
    let mut before = before.clone();
    before.retain(|path, _| matters(path));
    let mut now = now.clone();
    now.retain(|path, _| matters(path));
    before == now
}

/// The page, made anew if something has changed.
async fn show(State(live): State<Arc<Live>>) -> Response {
    match live.talk().await {
        Ok(shown) => Html(shown.page.clone()).into_response(),
        Err(why) => {
            eprintln!("{why}");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{why}\n")).into_response()
        }
    }
}

/// Runs an example, and answers with its output while it comes.
async fn run(State(live): State<Arc<Live>>, UrlPath(name): UrlPath<String>) -> Response {
    let example = match live.runnable(&name).await {
        Ok(Some(example)) => example,
        Ok(None) => {
            let why = format!("No slide runs an example {name:?}.\n");
            return (StatusCode::NOT_FOUND, why).into_response();
        }
        Err(why) => return (StatusCode::INTERNAL_SERVER_ERROR, format!("{why}\n")).into_response(),
    };
    let Some(turn) = Turn::take(&live.running, &name).await else {
        let why = format!("{name} is already running: stop it first.\n");
        return (StatusCode::CONFLICT, why).into_response();
    };
    // Bounded: a program that prints faster than the browser reads has to wait.
    let (sender, receiver) = mpsc::channel(16);
    let root = live.root.clone();
    tokio::spawn(async move {
        // Given back when the run has ended, not when the response is sent.
        let _turn = turn;
        let output = Output(sender.clone());
        tokio::select! {
            () = sender.closed() => {} // the browser does not read any more, so the run is dropped
            () = process::run(&root, &name, &example, output) => {}
        }
    });
    let body = stream::unfold(receiver, async |mut receiver| {
        let bytes: Bytes = receiver.recv().await?;
        Some((Ok::<_, Infallible>(bytes), receiver))
    });
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(body)).into_response()
}

/// The right to run an example, which only one request has at a time.
struct Turn {
    /// Where the right is given back on drop.
    running: Arc<Running>,
    /// Which example.
    example: String,
}

/// How long a request waits for its turn. Run may be pressed right after Stop, and the run before
/// needs a moment to be killed.
const A_MOMENT: Duration = Duration::from_secs(2);

impl Turn {
    /// Waits for the right. `None` if another run keeps it for longer than a moment.
    async fn take(running: &Arc<Running>, example: &str) -> Option<Turn> {
        let take = async {
            loop {
                let ended = running.ended.notified(); // from now on, so that no end is missed
                if running.lock().insert(example.to_owned()) {
                    return Turn { running: running.clone(), example: example.to_owned() };
                }
                ended.await;
            }
        };
        timeout(A_MOMENT, take).await.ok()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.lock().remove(&self.example);
        self.running.ended.notify_waiters();
    }
}

impl Running {
    /// The names of the examples that run.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.examples.lock().expect("nothing panics while it is locked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn checked(is_post: bool, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        check(is_post, &headers, 8123).is_ok()
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
        assert!(
            !checked(true, "127.0.0.1:8123", None),
            "a request that does not say where it comes from"
        );
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

    /// After an edit the deck is made anew, and any number of pages may ask for it meanwhile.
    #[test]
    fn while_the_deck_is_made_anew_the_last_one_says_what_may_be_run() {
        let example = Example { package: "p".into(), source: "a.rs".into(), features: vec![] };
        let shown = Shown {
            page: String::new(),
            examples: BTreeMap::from([("gather".into(), example)]),
            files: BTreeSet::new(),
        };
        let live = Live {
            root: "no/such/folder".into(),
            port: 8123,
            stamps: Default::default(),
            last: Mutex::new(Some(Arc::new(shown))),
            recordings: Default::default(),
            running: Default::default(),
        };
        let _made_anew = live.stamps.try_lock().expect("nothing else makes it");
        let known = live.runnable("gather").now_or_never().expect("an answer at once");
        assert_eq!(known.expect("a deck").expect("it has a button").package, "p");
        // Another name may stand in the next deck.
        assert!(live.runnable("new").now_or_never().is_none());
    }

    #[test]
    fn a_readme_that_no_slide_shows_does_not_matter() {
        let deck = PathBuf::from("slides/deck.md");
        let stamp = |length| (None, length);
        let before = Stamps::from([(deck.clone(), stamp(1)), ("README.md".into(), stamp(1))]);
        let markdown = BTreeSet::from([deck.clone()]);
        let mut now = before.clone();
        now.insert("README.md".into(), stamp(2));
        assert!(same(&before, &now, &markdown));
        now.insert(deck, stamp(2));
        assert!(!same(&before, &now, &markdown));
    }

    #[test]
    fn a_file_that_is_new_or_gone_is_a_change() {
        let before = Stamps::from([("examples/a.rs".into(), (None, 1))]);
        let mut now = before.clone();
        now.insert("examples/b.rs".into(), (None, 1));
        assert!(!same(&before, &now, &BTreeSet::new()));
        assert!(!same(&now, &before, &BTreeSet::new()));
    }
}
