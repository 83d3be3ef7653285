//! A browser for each test, its pages, and everything that they complain of.
use chromiumoxide::types::{Command, Method, MethodId};
use chromiumoxide::{
    Page,
    browser::{Browser, BrowserConfig},
    cdp::{
        browser_protocol::{
            emulation::{MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams},
            input::{DispatchKeyEventParams, DispatchKeyEventType, DispatchTouchEventReturns},
            log::{self, EventEntryAdded},
            network::{self, EventRequestWillBeSent},
            performance::{DisableParams, EnableParams, EnableTimeDomain, GetMetricsParams},
        },
        js_protocol::runtime::{self, EvaluateParams, EventConsoleApiCalled, EventExceptionThrown},
    },
    error::CdpError,
};
use futures::{FutureExt, StreamExt};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use slides::{
    compose::compose,
    page::{For, page},
    root,
};
use std::{
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};

/// The deck as a file, made once for all tests.
pub static DECK: LazyLock<PathBuf> = LazyLock::new(|| {
    let talk = compose(&root()).unwrap_or_else(|failure| panic!("{failure}"));
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("deck.html");
    fs::write(&file, page(&talk, For::AFile)).expect("the deck can be written");
    file
});

/// The address of the file.
pub fn deck() -> String {
    format!("file://{}", DECK.display())
}

/// Long enough for any machine: only what hangs takes longer.
pub const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Two browsers at once: one waits for the disk or for its test while the other computes. More of
/// them would only be in each other's way.
static TWO_AT_A_TIME: Semaphore = Semaphore::const_new(2);

fn executable() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let mut found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.find(|path| path.is_file()).expect("this test needs Chromium: apt-get install chromium")
}

/// A browser that runs.
pub struct Chromium {
    browser: Browser,
    /// What went wrong on its pages, and what they asked the network for.
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    troubles: Vec<String>,
    requests: Vec<String>,
}

/// Runs a test with a browser of its own.
pub fn with_chromium(test: impl AsyncFnOnce(&Chromium)) {
    let profile = tempfile::tempdir().expect("a folder for the profile");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let _turn = TWO_AT_A_TIME.acquire().await.expect("it is not closed");
        let quiet = [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ];
        let config = BrowserConfig::builder()
            .chrome_executable(executable())
            .no_sandbox()
            .user_data_dir(profile.path())
            .viewport(None)
            .window_size(1280, 720)
            .launch_timeout(TIME_LIMIT)
            .request_timeout(TIME_LIMIT)
            .args(quiet)
            .build()
            .expect("a configuration");
        let (browser, mut handler) = Browser::launch(config).await.expect("Chromium starts");
        let pump = tokio::spawn(async move { while handler.next().await.is_some() {} });
        let mut chromium = Chromium { browser, seen: Arc::default() };
        let outcome = AssertUnwindSafe(test(&chromium)).catch_unwind().await;
        let _ = chromium.browser.close().await;
        let _ = chromium.browser.wait().await;
        pump.abort();
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

impl Chromium {
    /// Opens an address.
    pub async fn open(&self, url: &str) -> Tab {
        let page = self.browser.new_page("about:blank").await.expect("a tab");
        self.watch(&page).await;
        let tab = Tab { page };
        tab.visit(url).await;
        tab
    }

    /// The window that a page has opened, when it is there.
    pub async fn popup(&self) -> Tab {
        let begun = Instant::now();
        loop {
            for page in self.browser.pages().await.expect("pages") {
                if page.url().await.ok().flatten().is_some_and(|url| url.contains("?console")) {
                    self.watch(&page).await;
                    let tab = Tab { page };
                    tab.is("document.readyState === 'complete'").await;
                    tab.is("document.querySelector('.console .slide') !== null").await;
                    return tab;
                }
            }
            assert!(begun.elapsed() < TIME_LIMIT, "no presenter console has been opened");
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn watch(&self, page: &Page) {
        let mut errors = page.event_listener::<EventExceptionThrown>().await.expect("events");
        let mut said = page.event_listener::<EventConsoleApiCalled>().await.expect("events");
        let mut logged = page.event_listener::<EventEntryAdded>().await.expect("events");
        let mut requested = page.event_listener::<EventRequestWillBeSent>().await.expect("events");
        page.execute(runtime::EnableParams::default()).await.expect("it can be watched");
        page.execute(log::EnableParams::default()).await.expect("it can be watched");
        page.execute(network::EnableParams::default()).await.expect("it can be watched");
        let seen = self.seen.clone();
        tokio::spawn(async move {
            loop {
                let trouble = tokio::select! {
                    Some(event) = errors.next() => format!("{:?}", event.exception_details),
                    Some(event) = said.next() => {
                        format!("console.{:?}: {:?}", event.r#type, event.args)
                    }
                    Some(event) = logged.next() => {
                        format!("{:?}: {}", event.entry.level, event.entry.text)
                    }
                    Some(event) = requested.next() => {
                        seen.lock().unwrap().requests.push(event.request.url.clone());
                        continue;
                    }
                    else => return,
                };
                seen.lock().unwrap().troubles.push(trouble);
            }
        });
    }

    /// Nothing was written to the console of any page, and nothing was thrown.
    pub fn is_content(&self) {
        assert_eq!(self.seen.lock().unwrap().troubles, [""; 0]);
    }

    /// Each address that was asked for.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

/// A page.
pub struct Tab {
    pub page: Page,
}

impl Tab {
    /// What an expression of JavaScript is, after its promise.
    pub async fn eval<T: DeserializeOwned>(&self, expression: &str) -> T {
        match self.try_eval(expression).await {
            Ok(value) => value,
            Err(error) => panic!("{expression}: {error}"),
        }
    }

    /// Fails only where the browser did not evaluate the expression.
    async fn try_eval<T: DeserializeOwned>(&self, expression: &str) -> Result<T, CdpError> {
        let evaluate = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true);
        let evaluated = self.page.execute(evaluate.build().expect("complete")).await?.result;
        if let Some(error) = evaluated.exception_details {
            panic!("{expression}: {error:?}");
        }
        let value = evaluated.result.value.unwrap_or_default();
        let read = serde_json::from_value(value.clone());
        Ok(read.unwrap_or_else(|error| panic!("{expression} is {value}: {error}")))
    }

    /// Waits until this holds. While a page is loaded, nothing holds.
    pub async fn is(&self, condition: &str) {
        let begun = Instant::now();
        loop {
            match self.try_eval::<bool>(&format!("Boolean({condition})")).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) if is_of_a_page_that_is_left(&error) => {}
                Err(error) => panic!("{condition}: {error}"),
            }
            if begun.elapsed() > TIME_LIMIT {
                let state = "[
                    location.href,
                    document.querySelector('#run-panel')?.innerText,
                    document.body.innerText.slice(0, 300),
                ].join('\\n')";
                let state: String = self.eval(state).await;
                panic!("this does not come true: {condition}\n{state}");
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Goes to another page, and waits until it is there.
    pub async fn visit(&self, url: &str) {
        self.page.goto(url).await.expect("the page is there");
        self.is("document.readyState === 'complete'").await;
        // What is clicked is where it will stay.
        self.eval::<bool>("document.fonts.ready.then(() => true)").await;
    }

    /// Waits until the address ends like this: on which slide it is, and at which step.
    pub async fn is_at(&self, hash: &str) {
        self.is(&format!("location.hash === {hash:?}")).await;
    }

    /// Loads the page anew, and waits for it.
    pub async fn reload(&self) {
        self.eval::<bool>("(window.old = true, location.reload(), true)").await;
        self.is("!window.old && document.readyState === 'complete'").await;
    }

    /// Touches the page, which begins, moves or ends at a place, or ends at none.
    pub async fn touch(&self, kind: &'static str, places: &[(f64, f64)]) {
        let points = places.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        self.page.execute(Touch { kind, points }).await.expect("a touch");
    }

    /// Clicks on an element with the mouse.
    pub async fn click(&self, selector: &str) {
        let element = self.page.find_element(selector).await.expect(selector);
        element.click().await.expect(selector);
    }

    /// Presses a key, as a person would.
    pub async fn press(&self, key: &str) {
        self.hold(key, 1).await;
    }

    /// Presses a key and holds it, so that it is pressed `times` times.
    pub async fn hold(&self, key: &str, times: usize) {
        let (key, shift) = key.strip_prefix("Shift+").map_or((key, 0), |key| (key, 8));
        let (code, text, number) = match key {
            " " => ("Space".to_owned(), Some(" "), 32),
            "Enter" => (key.into(), Some("\r"), 13),
            "Tab" => (key.into(), None, 9),
            "Escape" => (key.into(), None, 27),
            "Backspace" => (key.into(), None, 8),
            "PageUp" => (key.into(), None, 33),
            "PageDown" => (key.into(), None, 34),
            "End" => (key.into(), None, 35),
            "Home" => (key.into(), None, 36),
            "ArrowLeft" => (key.into(), None, 37),
            "ArrowUp" => (key.into(), None, 38),
            "ArrowRight" => (key.into(), None, 39),
            "ArrowDown" => (key.into(), None, 40),
            "." => ("Period".to_owned(), Some("."), 190),
            digit if digit.starts_with(|first: char| first.is_ascii_digit()) => {
                (format!("Digit{digit}"), Some(digit), i64::from(digit.as_bytes()[0]))
            }
            letter => (
                format!("Key{}", letter.to_uppercase()),
                Some(letter),
                i64::from(letter.to_uppercase().as_bytes()[0]),
            ),
        };
        for nth in 0..=times {
            let down = nth < times;
            let r#type =
                if down { DispatchKeyEventType::KeyDown } else { DispatchKeyEventType::KeyUp };
            let mut event = DispatchKeyEventParams::builder()
                .r#type(r#type)
                .auto_repeat(down && nth > 0)
                .key(key)
                .code(code.clone())
                .modifiers(shift)
                .windows_virtual_key_code(number);
            if let (Some(text), true) = (text, down) {
                event = event.text(text);
            }
            self.page.execute(event.build().expect("complete")).await.expect("a key");
        }
    }

    /// Lays the page out for a window of this size.
    pub async fn resize(&self, width: i64, height: i64) {
        let size = SetDeviceMetricsOverrideParams::new(width, height, 1.0, false);
        self.page.execute(size).await.expect("a size");
    }

    /// Light or dark, and without anything moving.
    pub async fn prefers(&self, scheme: &str) {
        let features = vec![
            MediaFeature::new("prefers-color-scheme", scheme),
            MediaFeature::new("prefers-reduced-motion", "reduce"),
        ];
        let media = SetEmulatedMediaParams::builder().features(features).build();
        self.page.execute(media).await.expect("features");
    }

    /// As it is at first: whatever the machine prefers.
    pub async fn prefers_nothing(&self) {
        self.page.execute(SetEmulatedMediaParams::default()).await.expect("no features");
    }

    /// Lays the page out as it is printed.
    pub async fn on_paper(&self) {
        let media = SetEmulatedMediaParams::builder().media("print").build();
        self.page.execute(media).await.expect("a medium");
    }

    /// Goes to a slide, and to one of its steps. The page is there when this returns: it is told of
    /// its new address only later, by an event.
    pub async fn go(&self, hash: &str) {
        self.eval::<bool>(&format!(
            "new Promise((resolve) => {{
                if (location.hash === {hash:?}) return resolve(true);
                addEventListener('hashchange', () => resolve(true), {{ once: true }});
                location.hash = {hash:?};
            }})"
        ))
        .await;
        self.is_at(hash).await;
    }

    /// From now on `thread_time` can be asked for.
    pub async fn counts_thread_time(&self) {
        // Only while nothing is measured, what is measured can be changed.
        self.page.execute(DisableParams::default()).await.expect("it can be stopped");
        let params = EnableParams::builder().time_domain(EnableTimeDomain::ThreadTicks).build();
        self.page.execute(params).await.expect("it can be measured");
    }

    /// How long the main thread of the page has had a processor for its tasks.
    pub async fn thread_time(&self) -> Duration {
        let measured = self.page.execute(GetMetricsParams::default()).await.expect("metrics");
        let mut metrics = measured.result.metrics.into_iter();
        let tasks = metrics.find(|metric| metric.name == "TaskDuration").expect("the tasks");
        Duration::from_secs_f64(tasks.value)
    }

    /// How many slides there are.
    pub async fn slides(&self) -> usize {
        self.eval("document.querySelectorAll('#stage > .slide').length").await
    }

    /// How many steps a slide has.
    pub async fn steps(&self, slide: usize) -> usize {
        let parts = format!("[...document.querySelectorAll('#slide-{slide} [data-reveal]')]");
        // The player has said how many polls it plays. Of a picture the first row is always shown.
        self.eval(&format!(
            "{parts}.reduce((sum, part) => {{
                const {{ reveal }} = part.dataset;
                if (reveal === 'picture') return sum + part.querySelectorAll('.row').length - 1;
                if (reveal !== 'timeline') return sum + 1;
                return sum + Number(part.querySelector('.scrub').max);
            }}, 0)"
        ))
        .await
    }

    /// The first slide for which this holds, of `slide`.
    pub async fn find(&self, condition: &str) -> usize {
        let slides = "[...document.querySelectorAll('#stage > .slide')]";
        let found: i64 =
            self.eval(&format!("{slides}.findIndex((slide) => {condition}) + 1")).await;
        assert!(found > 0, "no slide has {condition}");
        found as usize
    }
}

/// Whether an expression was not evaluated, or not to its end, because the page is loaded anew.
fn is_of_a_page_that_is_left(error: &CdpError) -> bool {
    let CdpError::Chrome(error) = error else { return false };
    let messages = ["navigated or closed", "context was destroyed", "Cannot find context"];
    messages.iter().any(|message| error.message.contains(message))
}

/// `Input.dispatchTouchEvent`, whose list of points has to be there even if it is empty.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Touch {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "touchPoints")]
    points: Vec<serde_json::Value>,
}

impl Method for Touch {
    fn identifier(&self) -> MethodId {
        "Input.dispatchTouchEvent".into()
    }
}

impl Command for Touch {
    type Response = DispatchTouchEventReturns;
}
