//! The program: it is started, interrupted and killed, and a mail server looks on.
use bytes::Bytes;
use mail::smtp::{Address, Handler, Limits, Reply, Server, Transaction};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Semaphore, sync::watch};

/// The executable, as it is now.
fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(|| {
        let build = Command::new(env!("CARGO"))
            .args([
                "build",
                "--package",
                env!("CARGO_PKG_NAME"),
                "--example",
                "send_millions",
                "--message-format=json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo");
        let messages = String::from_utf8(build.stdout).expect("cargo speaks UTF-8");
        let field = "\"executable\":\"";
        let path =
            messages.lines().rev().find_map(|line| line.split_once(field)?.1.split('"').next());
        PathBuf::from(path.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&build.stderr))))
    })
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    told(program(arguments).output().expect("it starts"))
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    (
        output.status.code().expect("no signal has ended it"),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The text of a file in a folder of its own.
fn list(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn recipients(count: u64) -> String {
    (1..=count).map(|number| format!("r{number}@example.org\n")).collect()
}

#[test]
fn all_get_the_mail_and_the_status_is_0() {
    let (code, out, err) = run(&["--count", "2000", "-c", "20"]);
    assert_eq!((code, err.as_str()), (0, ""), "no progress bar in a pipe, and nothing else to say");
    assert!(out.starts_with("2,000 sent in "), "{out}");
    assert!(out.contains("the longest time between two heartbeats, of 10 ms each: "), "{out}");
    assert!(out.ends_with("the server has 2,000 mails\n"), "{out}");
}

#[test]
fn a_refusal_is_listed_and_the_status_is_1() {
    let (folder, path) =
        list("ann@example.org\nbob\n\n# friends\nunknown@example.org\nlater@example.org\n");
    let (code, out, err) = run(&["--recipients", &path, "--backoff", "0.01"]);
    assert_eq!(code, 1);
    assert_eq!(err, "line 2: \"bob\": an address needs an @, as in alice@example.net\n");
    assert!(out.starts_with("2 sent in "), "later is sent to later:\n{out}");
    assert!(out.contains("\n1 refused\n1 line of the list no address, and skipped\n"), "{out}");
    let why = "refused: 550 5.1.1 there is no such mailbox";
    assert!(out.contains(&format!("\n  line 5: unknown@example.org: {why}\n")), "{out}");

    let failed = folder.path().join("failed").to_str().unwrap().to_owned();
    let (code, out, _) = run(&["--recipients", &path, "--backoff", "0.01", "--failed", &failed]);
    assert_eq!(code, 1);
    assert!(!out.contains("unknown@"), "it is in the file:\n{out}");
    assert_eq!(
        fs::read_to_string(&failed).unwrap(),
        format!("# line 5: {why}\nunknown@example.org\n")
    );
}

#[test]
fn what_cannot_work_is_said_in_one_sentence_and_the_status_is_2() {
    let (folder, path) = list("ann@example.org\n");
    let thesis = folder.path().join("thesis");
    fs::write(&thesis, "My thesis\n").unwrap();
    let thesis = thesis.to_str().unwrap();
    let folder = folder.path().to_str().unwrap();
    for (arguments, why) in [
        (vec!["--recipients", "no such file"], "no such file: No such file or directory"),
        (vec!["--recipients", folder], "it is a directory, not a plain file"),
        (
            vec!["--recipients", &path, "--resume", thesis],
            "is there already, and does not begin with",
        ),
        (vec!["--recipients", &path, "--failed", folder], "it is a directory, not a plain file"),
        (
            vec!["--recipients", &path, "--failed", thesis],
            "there is something in it that is no list of failures",
        ),
        (
            vec!["--recipients", &path, "--text", "no such text"],
            "no such text: No such file or directory",
        ),
        (vec!["--recipients", &path, "--header", "no colon"], "is written like 'Reply-To"),
        (vec!["--recipients", &path, "--header", "From: a@b"], "is there already"),
        (vec!["--recipients", &path, "--header", "List-Id: ü"], "can only contain ASCII"),
        (vec!["--recipients", &path, "--bounces", "unknown"], "an address needs an @"),
        (vec!["--recipients", &path, "--subject", "a\nBcc: b@c"], "control character"),
        (vec!["--count", "ten"], "cannot parse argument"),
        (vec!["--recipients", &path, "--server", "nowhere"], "like mail.example.org:25"),
        (vec!["--recipients", &path, "--server", "nowhere:0"], "like mail.example.org:25"),
        (vec!["--recipients", &path, "--server", ":25"], "like mail.example.org:25"),
        (vec!["--recipients", &path, "--timeout", "0"], "leaves a server no time"),
    ] {
        let (code, out, err) = run(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("send_millions: ") && err.contains(why), "{arguments:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{arguments:?}: {err}");
    }
    assert_eq!(fs::read_to_string(thesis).unwrap(), "My thesis\n");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    for arguments in [&["--count", "5"][..], &["--help"]] {
        let mut child = program(arguments).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_error_that_cannot_be_written_is_still_a_status() {
    let full = || fs::File::create("/dev/full").expect("Linux has it");
    for arguments in [&["--count", "ten"][..], &["--recipients", "no such file"]] {
        let status = program(arguments).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
    for arguments in [&["--count", "1"][..], &["--help"]] {
        let (code, _, err) = told(program(arguments).stdout(full()).output().unwrap());
        assert_eq!(code, 2, "{arguments:?}");
        assert!(err.starts_with("send_millions: cannot write what was done: "), "{err}");
    }
}

#[test]
fn without_a_server_nothing_is_sent_and_the_status_is_1() {
    // A port on which nothing listens, and that no other program can get in the meantime.
    let port = tokio::net::TcpSocket::new_v4().unwrap();
    port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = port.local_addr().unwrap().to_string();
    let (code, out, err) =
        run(&["--count", "30", "--server", &server, "--attempts", "2", "--backoff", "0.01"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("0 sent in "), "{out}");
    assert!(
        out.contains("no connection can be opened: the connection broke while connecting"),
        "{out}"
    );
    assert!(
        out.contains("\n  line 1: recipient1@example.org, and all after it: 30 in all\n"),
        "{out}"
    );
    assert_eq!(err.lines().count(), 1, "said once, and not for each connection:\n{err}");
}

#[test]
fn a_journal_of_another_list_is_refused() {
    let (folder, path) = list(&recipients(5));
    let journal = folder.path().join("journal").to_str().unwrap().to_owned();
    let arguments = ["--recipients", &path, "--resume", &journal];
    assert_eq!(run(&arguments).0, 0);
    fs::write(&path, recipients(5).replace("r3@", "eve@")).unwrap();
    let (code, _, err) = run(&arguments);
    assert_eq!(code, 2);
    assert!(
        err.contains("it has r3@example.org on line 3, and the list has eve@example.org on line 3"),
        "{err}"
    );
}

// What follows looks on from the server.

/// A mail server that accepts as many messages as it is allowed to, and keeps the others waiting.
struct Post {
    mails: Mutex<BTreeMap<String, usize>>,
    allowed: Semaphore,
    /// From which messages have come, whether they have been accepted or not.
    came: watch::Sender<usize>,
}

struct Queue(Arc<Post>);

impl Handler for Queue {
    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("fine")
    }

    async fn message(&self, mail: Transaction, _: Bytes) -> Reply {
        self.0.came.send_modify(|came| *came += 1);
        self.0.allowed.acquire().await.expect("it is never closed").forget();
        *self.0.mails.lock().unwrap().entry(mail.envelope.to[0].to_string()).or_default() += 1;
        Reply::accepted("fine")
    }
}

impl Post {
    /// Opens one on a thread of its own, for as long as the tests run.
    fn open() -> (Arc<Post>, String) {
        let post = Arc::new(Post {
            mails: Mutex::default(),
            allowed: Semaphore::new(0),
            came: watch::Sender::new(0),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let queue = Queue(post.clone());
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                Server::new(queue, Limits::default()).serve(listener, std::future::pending()).await
            })
        });
        (post, address)
    }

    /// Waits until this many messages have come in all.
    fn wait_for(&self, messages: usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut came = self.came.subscribe();
        runtime.block_on(came.wait_for(|came| *came >= messages)).expect("the sender lives");
    }

    fn mails(&self) -> BTreeMap<String, usize> {
        self.mails.lock().unwrap().clone()
    }
}

fn signal(child: &Child, signal: &str) {
    let status =
        Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(status.success());
}

/// The first line of what a program complains about.
fn first_complaint(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().expect("it is piped"))
        .read_line(&mut line)
        .expect("it speaks UTF-8");
    line
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_the_next_run_goes_on_from_there() {
    for interrupt in ["-INT", "-TERM"] {
        let (post, server) = Post::open();
        let (folder, path) = list(&recipients(40));
        let journal = folder.path().join("journal").to_str().unwrap().to_owned();
        let arguments =
            ["--recipients", &path, "--server", &server, "--resume", &journal, "-c", "4"];

        let mut child = program(&arguments).spawn().unwrap();
        post.allowed.add_permits(10);
        post.wait_for(14); // ten were accepted, and four are in flight
        signal(&child, interrupt);
        assert_eq!(
            first_complaint(&mut child),
            "finishing what is in flight; Ctrl-C once more ends it at once\n"
        );
        post.allowed.add_permits(1000);
        let (code, out, _) = told(child.wait_with_output().unwrap());
        assert_eq!(code, 1);
        assert!(out.starts_with("14 sent in "), "{out}");
        assert!(
            out.contains(
                "it was asked to stop; not sent:\n  line 15: r15@example.org: waits to be sent\n"
            ),
            "each connection had announced one more: {out}"
        );
        assert!(out.contains("line 19: r19@example.org, and all after it: 22 in all\n"), "{out}");
        assert_eq!(post.mails().len(), 14);

        let (code, out, _) = run(&arguments);
        assert_eq!(code, 0, "{out}");
        assert!(
            out.starts_with("26 sent in ")
                && out.contains("\n40 sent in all, with the runs before\n"),
            "{out}"
        );
        let mails = post.mails();
        assert_eq!(
            (mails.len(), mails.values().max()),
            (40, Some(&1)),
            "each recipient has one mail"
        );
    }
}

#[test]
fn a_second_ctrl_c_ends_it_at_once_and_the_journal_has_those_in_doubt() {
    let (post, server) = Post::open();
    let (folder, path) = list(&recipients(10));
    let journal = folder.path().join("journal").to_str().unwrap().to_owned();
    let arguments = ["--recipients", &path, "--server", &server, "--resume", &journal, "-c", "2"];
    let mut child = program(&arguments).spawn().unwrap();
    post.allowed.add_permits(3);
    post.wait_for(5);
    signal(&child, "-INT");
    assert!(first_complaint(&mut child).starts_with("finishing"));
    signal(&child, "-INT");
    let (code, out, _) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(
        out.starts_with("3 sent, and then interrupted: what was in flight is in doubt"),
        "{out}"
    );

    post.allowed.add_permits(1000);
    let (code, out, _) = run(&arguments);
    assert_eq!(code, 1, "two are in doubt");
    assert!(out.contains("\n2 in doubt: the server may have it"), "{out}");
    assert!(post.mails().values().all(|mails| *mails == 1));
}

/// For each number, the last word that a journal has for it.
fn last_words(journal: &str) -> BTreeMap<u64, String> {
    let text = fs::read_to_string(journal).unwrap();
    let words = text.lines().skip(1).map(|line| {
        let mut words = line.split(' ').skip(1); // after the checksum
        let word = words.next().unwrap().to_owned();
        (words.next().unwrap().parse().unwrap(), word)
    });
    words.collect()
}

fn numbers(journal: &str, wanted: &[&str]) -> BTreeSet<u64> {
    let words = last_words(journal).into_iter().filter(|(_, word)| wanted.contains(&word.as_str()));
    words.map(|(number, _)| number).collect()
}

/// Kills it again and again, and each time when ten more have been accepted and four are in flight.
fn kill_and_go_on(again: &[&str]) -> (BTreeMap<String, usize>, BTreeSet<u64>, BTreeSet<u64>) {
    let (post, server) = Post::open();
    let (folder, path) = list(&recipients(50));
    let journal = folder.path().join("journal").to_str().unwrap().to_owned();
    let mut arguments =
        vec!["--recipients", &path, "--server", &server, "--resume", &journal, "-c", "4"];
    arguments.extend(["--backoff", "0.01"]);
    arguments.extend(again);
    let mut in_flight = BTreeSet::new();
    for _ in 0..3 {
        let came = *post.came.borrow();
        let mut child = program(&arguments).spawn().unwrap();
        post.allowed.add_permits(10);
        post.wait_for(came + 14);
        child.kill().unwrap(); // SIGKILL: nothing can be put in order any more
        child.wait().unwrap();
        let now = numbers(&journal, &["take", "retry"]);
        assert_eq!(now.len(), 4, "in flight when it was killed: {now:?}");
        in_flight.extend(now);
        // The server had those messages all the same: this is what "in doubt" means.
        post.allowed.add_permits(4);
    }
    post.allowed.add_permits(1000);
    let (code, out, err) = run(&arguments);
    assert!(code <= 1, "{out}{err}");
    (post.mails(), in_flight, numbers(&journal, &["in-doubt"]))
}

#[test]
fn a_program_that_is_killed_and_goes_on_sends_no_mail_twice() {
    let (mails, in_flight, in_doubt) = kill_and_go_on(&[]);
    assert_eq!(mails.values().max(), Some(&1), "a recipient got two mails: {mails:?}");
    assert_eq!(in_doubt, in_flight, "it names those in doubt, and there are no others");
    assert_eq!(mails.len(), 50, "and all others have got a mail");
}

#[test]
fn a_program_that_is_killed_and_sends_again_forgets_no_recipient() {
    let (mails, in_flight, in_doubt) = kill_and_go_on(&["--again-if-in-doubt"]);
    assert_eq!(mails.len(), 50, "all have got a mail");
    assert_eq!(in_doubt.len(), 0);
    for (address, mails) in mails {
        let number: u64 =
            address.trim_start_matches('r').split('@').next().unwrap().parse().unwrap();
        assert!(
            mails == 1 || in_flight.contains(&number),
            "{address} has {mails} mails, and was never in doubt"
        );
    }
}

#[test]
fn a_journal_that_cannot_be_written_ends_the_run_and_the_next_one_goes_on() {
    let (post, server) = Post::open();
    post.allowed.add_permits(1000);
    let (folder, path) = list(&recipients(200));
    let journal = folder.path().join("journal").to_str().unwrap().to_owned();
    let arguments = ["--recipients", &path, "--server", &server, "--resume", &journal, "-c", "4"];
    // No file may be longer than 2 blocks, and a program that writes more is not killed but told.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""])
        .arg(executable())
        .args(arguments)
        .output()
        .expect("sh");
    let (code, out, err) = told(limited);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("the journal cannot be written: File too large"), "{out}{err}");
    let first = post.mails().len();
    assert!((1..200).contains(&first), "{first} mails before the journal was full");
    let next = numbers(&journal, &["take", "again", "retry", "sent"]).last().unwrap() + 1;
    assert!(
        out.contains(&format!("\n  line {next}: r{next}@example.org, and all after it: ")),
        "{out}"
    );

    let (code, out, _) = run(&arguments);
    let in_doubt = numbers(&journal, &["in-doubt"]).len();
    assert!(in_doubt <= 4, "those in flight then: {in_doubt}");
    assert_eq!(code, i32::from(in_doubt > 0), "{out}");
    let mails = post.mails();
    assert_eq!(mails.values().max(), Some(&1), "a recipient got two mails");
    assert!(mails.len() + in_doubt >= 200);
}

#[test]
fn the_mail_is_what_was_asked_for() {
    struct Reader(Arc<Mutex<Vec<String>>>);
    impl Handler for Reader {
        async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
            Reply::accepted("fine")
        }

        async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
            let from = mail.envelope.from.map(|from| from.to_string());
            self.0.lock().unwrap().push(format!("{from:?}\n{}", String::from_utf8_lossy(&body)));
            Reply::accepted("fine")
        }
    }
    let read = Arc::new(Mutex::new(vec![]));
    let reader = Reader(read.clone());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            Server::new(reader, Limits::default()).serve(listener, std::future::pending()).await
        })
    });
    let (folder, path) = list("ann@example.org\n");
    let text = folder.path().join("text");
    fs::write(&text, "Dear {address},\n.\n.dots\n").unwrap();
    let (code, out, err) = run(&[
        "--recipients",
        &path,
        "--server",
        &server,
        "--from",
        "me@example.net",
        "--subject",
        "Grüße",
        "--text",
        text.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "{out}{err}");
    let read = read.lock().unwrap();
    let mail = read[0].as_str();
    assert!(mail.starts_with("Some(\"me@example.net\")\n"), "{mail}");
    assert!(
        mail.contains("\r\nTo: <ann@example.org>\r\n")
            && mail.contains("From: <me@example.net>\r\n"),
        "{mail}"
    );
    assert!(mail.contains("Subject: =?utf-8?"), "{mail}");
    assert!(mail.contains("\r\nDate: ") && mail.contains("\r\nMessage-ID: <"), "{mail}");
    assert!(mail.ends_with("\r\n\r\nDear ann@example.org,\r\n.\r\n.dots\r\n"), "{mail}");
}

/// For each message, the sender of its envelope and its text.
type Mails = Arc<Mutex<Vec<(String, String)>>>;

/// A mail server, and what it has taken.
fn reading_server() -> (String, Mails) {
    struct Reader(Mails);
    impl Handler for Reader {
        async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
            Reply::recipient_ok()
        }
        async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
            let from = mail.envelope.from.map(|from| from.to_string()).unwrap_or_default();
            let text = String::from_utf8_lossy(&body).into_owned();
            self.0.lock().unwrap().push((from, text));
            Reply::accepted("read")
        }
    }
    let taken = Mails::default();
    let reader = Reader(Arc::clone(&taken));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            Server::new(reader, Limits::default()).serve(listener, std::future::pending()).await
        })
    });
    (address, taken)
}

#[test]
fn author_bounces_and_headers_are_what_was_asked_for() {
    let (server, taken) = reading_server();
    let (_folder, path) = list("ann@example.org\n");
    let (code, out, err) = run(&[
        "--recipients",
        &path,
        "--server",
        &server,
        "--from",
        "The News <news@example.net>",
        "--bounces",
        "bounces@example.net",
        "--header",
        "List-Unsubscribe: <https://example.net/off?to={address}&token=0123456789abcdef0123>",
        "--header",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "--header",
        "Reply-To: editor@example.net",
    ]);
    assert_eq!(code, 0, "{out}{err}");
    let taken = taken.lock().unwrap();
    let (from, text) = &taken[0];
    assert_eq!(from, "bounces@example.net", "reports go elsewhere than answers");
    let unfolded = text.replace("\r\n ", " ").replace("\r\n\t", " ");
    for line in [
        "From: \"The News\" <news@example.net>",
        "List-Unsubscribe: <https://example.net/off?to=ann@example.org&token=0123456789abcdef0123>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Reply-To: editor@example.net",
    ] {
        assert!(
            unfolded.contains(&format!("\r\n{line}\r\n")) || unfolded.starts_with(line),
            "{text}"
        );
    }
}

#[test]
fn no_file_is_touched_if_two_options_name_the_same() {
    let (folder, path) = list("ann@example.org\nunknown@example.org\nbob@example.org\n");
    let (soft, hard) = (folder.path().join("soft"), folder.path().join("hard"));
    std::os::unix::fs::symlink(&path, &soft).unwrap();
    fs::hard_link(&path, &hard).unwrap();
    let (soft, hard) = (soft.to_str().unwrap(), hard.to_str().unwrap());
    let new = folder.path().join("new").to_str().unwrap().to_owned();
    for (arguments, which) in [
        (["--recipients", &path, "--failed", &path], "--recipients and --failed"),
        (["--recipients", &path, "--failed", soft], "--recipients and --failed"),
        (["--recipients", hard, "--failed", &path], "--recipients and --failed"),
        (["--recipients", &path, "--resume", &path], "--recipients and --resume"),
        (["--text", &path, "--failed", &path], "--text and --failed"),
        (["--text", &path, "--resume", soft], "--text and --resume"),
        (["--failed", &new, "--resume", &new], "--failed and --resume"),
    ] {
        let (code, out, err) = run(&arguments);
        let expected = format!("send_millions: {which} are the same file\n");
        assert_eq!((code, out.as_str(), err.as_str()), (2, "", expected.as_str()), "{arguments:?}");
    }
    let list = fs::read_to_string(&path).unwrap();
    assert_eq!(list, "ann@example.org\nunknown@example.org\nbob@example.org\n");
    assert!(!Path::new(&new).exists());
    // To read one file for two purposes harms nothing.
    assert_eq!(run(&["--recipients", &path, "--text", &path]).0, 1, "unknown@ is refused");
}

#[test]
fn a_pipe_or_a_device_is_refused_at_once_whichever_option_names_it() {
    let (folder, path) = list("ann@example.org\n");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    for option in ["--recipients", "--text", "--failed", "--resume"] {
        for (file, what) in [(pipe, "a pipe"), ("/dev/null", "a device")] {
            let mut arguments = vec![option, file];
            if option != "--recipients" {
                arguments.extend(["--recipients", &path]);
            }
            let (code, _, err) = run(&arguments);
            let expected = format!("send_millions: {file}: it is {what}, not a plain file\n");
            assert_eq!((code, err), (2, expected), "{arguments:?}");
        }
    }
}

#[test]
fn every_mail_is_written_once_before_the_first_is_sent() {
    let (server, taken) = reading_server();
    let long = format!("alexandra.longname@{}.example.org", "x".repeat(60));
    let (folder, path) = list(&format!("ann@example.org\n{long}\n"));
    let failed = folder.path().join("failed").to_str().unwrap().to_owned();
    let header = format!("X-Token-Free: ok\nList-Id: <{}{{address}}>", "x".repeat(950));
    let header = header.lines().nth(1).unwrap();
    let (code, out, err) =
        run(&["--recipients", &path, "--server", &server, "--header", header, "--failed", &failed]);
    let why = format!(
        "send_millions: the mail to {long} (line 2) cannot be written: \
        a header has a word, or spaces in a row, that are too long for a line\n"
    );
    assert_eq!((code, out, err), (2, String::new(), why));
    assert!(taken.lock().unwrap().is_empty(), "ann's mail could be written, and was not sent");
    assert!(!Path::new(&failed).exists());
    // A text of any length can be written, for any address.
    let text = folder.path().join("text");
    fs::write(&text, format!("{} {{address}}", "x".repeat(975))).unwrap();
    let (code, out, err) =
        run(&["--recipients", &path, "--server", &server, "--text", text.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_list_without_a_single_address_does_not_end_as_a_success() {
    let utf16: Vec<u8> = "ann@example.org\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for list_of in [&b"Ann <ann@x.org>\nBob <bob@x.org>\n"[..], &utf16] {
        let (_folder, path) = list("");
        fs::write(&path, list_of).unwrap();
        let (code, out, err) = run(&["--recipients", &path]);
        assert_eq!(code, 1, "{out}{err}");
        assert!(out.starts_with("0 sent"), "{out}");
    }
}

#[test]
fn a_list_of_failures_on_a_full_disk_forgets_no_recipient() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let unknown = |count: u64| -> String {
        (1..=count).map(|number| format!("unknown{number}@example.org\n")).collect()
    };
    fs::write(path("list"), unknown(1)).unwrap();
    let (list, failed, journal) = (path("list"), path("failed"), path("journal"));
    let arguments = ["--recipients", &list, "--failed", &failed, "--resume", &journal, "-c", "4"];
    assert_eq!(run(&arguments).0, 1);
    // The list of failures is nearly as long as a file may become, so that it is full long before
    // the journal is; and it ends in the middle of a line.
    let mut text = fs::read_to_string(&failed).unwrap();
    text += &format!("# {}\n", "x".repeat(1010 - text.len()));
    text += "nob";
    fs::write(&failed, text).unwrap();
    fs::write(&list, unknown(40)).unwrap();
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""])
        .arg(executable())
        .args(arguments)
        .output()
        .expect("sh");
    let (code, out, err) = told(limited);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("the list of failures cannot be written: File too large"), "{out}{err}");

    assert_eq!(run(&arguments).0, 1, "there is room again");
    let text = fs::read_to_string(&failed).unwrap();
    for number in 1..=40 {
        let line = format!("\nunknown{number}@example.org\n");
        assert!(text.contains(&line), "unknown{number} is forgotten:\n{text}");
    }
    let is_whole = |line: &str| line.starts_with('#') || line.ends_with("@example.org");
    assert!(text.lines().all(is_whole), "a torn line is glued to another:\n{text}");
}
