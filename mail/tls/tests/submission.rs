//! Submission over TLS: against aiosmtpd, which is another project's server, and against one of our
//! own that does what no honest server does.
use mail::{
    Draft, Mailbox,
    smtp::{
        Client, ClientError, Envelope, Timeouts,
        client::Phase,
        submission::{Credentials, Security, Submission},
    },
};
use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
        DuplexStream, duplex,
    },
    process::{Child, ChildStdout, Command},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// A certificate for a name, signed by itself, and what trusts it.
struct Identity {
    certified: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Identity {
    fn of(name: &str) -> Identity {
        let certified = rcgen::generate_simple_self_signed(vec![name.to_owned()]);
        Identity { certified: certified.expect("a certificate") }
    }

    fn trusted(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certified.cert.der().clone()).expect("a certificate");
        roots
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivatePkcs8KeyDer::from(self.certified.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![self.certified.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .expect("a configuration");
        TlsAcceptor::from(Arc::new(config))
    }
}

fn timeouts() -> Timeouts {
    Timeouts::all(Duration::from_secs(600))
}

fn ann() -> Credentials {
    Credentials::new("ann", "s3cret")
}

/// Sends a mail, and returns what became of it.
async fn send<S: AsyncRead + AsyncWrite + Unpin>(client: &mut Client<S>) -> String {
    let from: Mailbox = "ann@example.net".parse().expect("a mailbox");
    let to: Mailbox = "bob@example.org".parse().expect("a mailbox");
    let envelope = Envelope { from: Some(from.address().clone()), to: vec![to.address().clone()] };
    let message = Draft::new(&from).to(to).subject("hello").unwrap().text("hello\n").unwrap();
    client.send(&envelope, &message).await.expect("a reply")[0].to_string()
}

/// aiosmtpd, as a process.
struct Aiosmtpd {
    _process: Child,
    /// Where its certificate is.
    folder: tempfile::TempDir,
    printed: BufReader<ChildStdout>,
    port: u16,
}

impl Aiosmtpd {
    async fn start(identity: &Identity, kind: &str, mechanisms: &[&str]) -> Aiosmtpd {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, identity.certified.cert.pem()).expect("a file");
        std::fs::write(&key, identity.certified.signing_key.serialize_pem()).expect("a file");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/aiosmtpd_tls.py");
        let mut process = Command::new("python3")
            .arg(script)
            .args([&certificate, &key])
            .arg(kind)
            .args(mechanisms)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3");
        let mut printed = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut line = String::new();
        printed.read_line(&mut line).await.expect("a line");
        let port = line.trim().parse().expect("a port");
        Aiosmtpd { _process: process, folder, printed, port }
    }

    /// The next mail that it has taken, as JSON.
    async fn mail(&mut self) -> String {
        let mut line = String::new();
        self.printed.read_line(&mut line).await.expect("a line");
        line
    }
}

#[tokio::test]
#[ignore = "needs python3 with aiosmtpd"]
async fn a_mail_goes_to_aiosmtpd_by_both_kinds_of_tls_and_both_kinds_of_password() {
    let identity = Identity::of("localhost");
    for (kind, security) in [("starttls", Security::StartTls), ("implicit", Security::Implicit)] {
        for mechanism in ["PLAIN", "LOGIN"] {
            let mut server = Aiosmtpd::start(&identity, kind, &[mechanism]).await;
            let submission = Submission::trusting("localhost", security, identity.trusted())
                .port(server.port)
                .timeouts(timeouts())
                .credentials(ann());
            let mut client = submission.connect("client").await.expect("a connection");
            assert_eq!(send(&mut client).await, "250 2.0.0 printed", "{kind} {mechanism}");
            client.quit().await.expect("a goodbye");
            let mail = server.mail().await;
            for part in ["\"tls\": true", "\"authenticated\": true", "Message-ID: <"] {
                assert!(mail.contains(part), "{kind} {mechanism}: {mail}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs python3 with aiosmtpd"]
async fn aiosmtpd_is_refused_with_a_wrong_password_or_a_certificate_that_is_not_trusted() {
    let identity = Identity::of("localhost");
    let server = Aiosmtpd::start(&identity, "starttls", &["PLAIN", "LOGIN"]).await;
    let submission = |roots| {
        Submission::trusting("localhost", Security::StartTls, roots)
            .port(server.port)
            .timeouts(timeouts())
    };
    let wrong = submission(identity.trusted()).credentials(Credentials::new("ann", "guess"));
    let error = wrong.connect("client").await.expect_err("the password is wrong");
    assert!(matches!(&error, ClientError::Refused(Phase::Authenticate, _)), "{error}");
    assert!(!error.to_string().contains("guess"), "{error}");

    let stranger = Identity::of("localhost");
    let error = submission(stranger.trusted()).credentials(ann()).connect("client").await;
    let error = error.expect_err("the certificate is not trusted");
    assert!(matches!(&error, ClientError::Io(Phase::Tls, _)), "{error}");
}

mod submit {
    use super::{Aiosmtpd, Command};

    /// The example `submit`, which Cargo has built for these tests.
    pub fn program(server: &Aiosmtpd) -> Command {
        let tests = std::env::current_exe().expect("this test has a file");
        let folder = tests.parent().and_then(|folder| folder.parent()).expect("target/debug");
        let mut command = Command::new(folder.join("examples/submit_over_tls"));
        // What the system trusts, in this case.
        command.env("SSL_CERT_FILE", server.folder.path().join("cert.pem"));
        command
    }
}

#[tokio::test]
#[ignore = "needs python3 with aiosmtpd"]
async fn the_example_submits_a_mail_and_says_what_is_wrong_in_one_sentence() {
    let identity = Identity::of("localhost");
    for (kind, option) in [("starttls", None), ("implicit", Some("--implicit-tls"))] {
        let mut server = Aiosmtpd::start(&identity, kind, &["PLAIN"]).await;
        let address = format!("localhost:{}", server.port);
        let arguments = [&address, "ann@example.net", "bob@example.org"];
        let mut right = submit::program(&server);
        right.args(option).args(arguments).env("SMTP_PASSWORD", "s3cret");
        let output = right.output().await.expect("the example has been built");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{kind}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "250 2.0.0 printed\n", "{kind}");
        assert!(server.mail().await.contains("It works."), "{kind}");

        let mut wrong = submit::program(&server);
        wrong.args(option).args(arguments).env("SMTP_PASSWORD", "guess");
        let output = wrong.output().await.expect("the example has been built");
        assert_eq!(output.status.code(), Some(1), "{kind}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("submit: the server refused while saying the password"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let mut untrusted = submit::program(&server);
        untrusted.args(option).args(arguments).env("SMTP_PASSWORD", "s3cret");
        untrusted.env_remove("SSL_CERT_FILE");
        let output = untrusted.output().await.expect("the example has been built");
        assert_eq!(output.status.code(), Some(1), "{kind}");
    }
    let server = Aiosmtpd::start(&identity, "starttls", &["PLAIN"]).await;
    let output = submit::program(&server).output().await.expect("the example has been built");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("submit: usage: submit [--implicit-tls] HOST[:PORT]"), "{said}");
}

/// Reads a line, and says this.
async fn answer(io: &mut DuplexStream, expected: &str, reply: &str) {
    let mut line = String::new();
    while !line.ends_with("\r\n") {
        line.push(io.read_u8().await.expect("a byte").into());
    }
    assert_eq!(line.trim_end(), expected);
    io.write_all(reply.as_bytes()).await.expect("the client is there");
}

/// Begins as a server with STARTTLS, and says this to it. What follows is up to the test.
async fn begin(mut io: DuplexStream, to_start_tls: &str) -> DuplexStream {
    io.write_all(b"220 hello\r\n").await.expect("the client is there");
    answer(&mut io, "EHLO client", "250-host\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n").await;
    answer(&mut io, "STARTTLS", to_start_tls).await;
    io
}

fn start_tls(identity: &Identity) -> Submission {
    Submission::trusting("localhost", Security::StartTls, identity.trusted()).timeouts(timeouts())
}

#[tokio::test]
async fn bytes_that_follow_the_220_to_starttls_end_the_connection_unparsed() {
    let identity = Identity::of("localhost");
    for injected in [
        "250 you would believe this\r\n",
        "250-host\r\n250 AUTH PLAIN\r\n",
        "\r\n",
        "x",
        "\u{16}\u{3}\u{1}",
    ] {
        let (ours, theirs) = duplex(4096);
        let server = async {
            let mut io = begin(theirs, &format!("220 go ahead\r\n{injected}")).await;
            let mut rest = vec![];
            let _ = io.read_to_end(&mut rest).await;
            rest
        };
        let submission = start_tls(&identity).credentials(ann());
        let client = async { submission.over(ours, "client").await.map(drop) };
        let (said, error) = tokio::join!(server, client);
        let error = error.expect_err("it was injected");
        assert!(matches!(error, ClientError::NotSmtp(Phase::Tls, _)), "{injected:?}: {error}");
        assert_eq!(said, b"", "neither a handshake nor a password follows");
    }
}

#[tokio::test]
async fn bytes_that_come_a_little_later_are_no_handshake() {
    let identity = Identity::of("localhost");
    let (ours, theirs) = duplex(4096);
    let server = async {
        let mut io = begin(theirs, "220 go ahead\r\n").await;
        // The client has begun its handshake.
        let _ = io.read_u8().await.expect("a byte");
        io.write_all(b"250 you would believe this\r\n").await.expect("the client is there");
        let mut rest = vec![];
        let _ = io.read_to_end(&mut rest).await;
        rest
    };
    let submission = start_tls(&identity).credentials(ann());
    let client = async { submission.over(ours, "client").await.map(drop) };
    let (said, error) = tokio::join!(server, client);
    assert!(matches!(error, Err(ClientError::Io(Phase::Tls, _))), "{error:?}");
    let password = b"AUTH";
    assert!(!said.windows(password.len()).any(|bytes| bytes == password), "nothing is said");
}

#[tokio::test]
async fn what_was_offered_in_plain_text_does_not_count_under_tls() {
    let identity = Identity::of("localhost");
    let acceptor = identity.acceptor();
    let (ours, theirs) = duplex(1 << 16);
    let server = async {
        let io = begin(theirs, "220 go ahead\r\n").await;
        let mut io = BufReader::new(acceptor.accept(io).await.expect("a handshake"));
        let mut line = String::new();
        io.read_line(&mut line).await.expect("a line");
        assert_eq!(line, "EHLO client\r\n", "it is said again");
        io.write_all(b"250 host\r\n").await.expect("the client is there");
        io.flush().await.expect("the client is there");
        line.clear();
        let _ = io.read_line(&mut line).await;
        line
    };
    let submission = start_tls(&identity).credentials(ann());
    let client = async { submission.over(ours, "client").await.map(drop) };
    let (said, error) = tokio::join!(server, client);
    assert!(matches!(error, Err(ClientError::NotOffered("AUTH PLAIN or LOGIN"))), "{error:?}");
    assert_eq!(said, "", "the password is not said");
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_in_plain_text() {
    let identity = Identity::of("localhost");
    let (ours, mut theirs) = duplex(4096);
    let server = async {
        theirs.write_all(b"220 hello\r\n").await.expect("the client is there");
        answer(&mut theirs, "EHLO client", "250-host\r\n250 AUTH PLAIN LOGIN\r\n").await;
        let mut rest = String::new();
        let _ = theirs.read_to_string(&mut rest).await;
        rest
    };
    let submission = start_tls(&identity).credentials(ann());
    let client = async { submission.over(ours, "client").await.map(drop) };
    let (said, error) = tokio::join!(server, client);
    assert!(matches!(error, Err(ClientError::NotOffered("STARTTLS"))), "{error:?}");
    assert_eq!(said, "");
}

#[tokio::test]
async fn a_certificate_has_to_be_for_the_host_and_trusted() {
    for (certificate, trusted) in [("elsewhere.example", true), ("localhost", false)] {
        let identity = Identity::of(certificate);
        let stranger = Identity::of("localhost");
        let roots = if trusted { identity.trusted() } else { stranger.trusted() };
        let acceptor = identity.acceptor();
        let (ours, theirs) = duplex(1 << 16);
        let submission = Submission::trusting("localhost", Security::Implicit, roots);
        let submission = submission.timeouts(timeouts()).credentials(ann());
        let client = async { submission.over(ours, "client").await.map(drop) };
        let (_, error) = tokio::join!(acceptor.accept(theirs), client);
        assert!(matches!(error, Err(ClientError::Io(Phase::Tls, _))), "{certificate}: {error:?}");
    }
}

#[test]
fn a_password_comes_from_a_file_or_the_environment_and_is_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("password");
    std::fs::write(&path, "s3cret\n").expect("a file");
    let credentials = Credentials::from_file("ann", &path).expect("a password");
    assert_eq!(format!("{credentials:?}"), "Credentials(..)");
    assert!(Credentials::from_file("ann", folder.path()).is_err(), "a folder has no password");
    let missing = Credentials::from_environment("ann", "NO_SUCH_PASSWORD").expect_err("none");
    assert!(missing.to_string().starts_with("NO_SUCH_PASSWORD: "), "{missing}");
}
