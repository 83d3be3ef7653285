//! Submission to Postfix, the mail server of Debian: over STARTTLS and over TLS from the start,
//! with each kind of password. It runs in a folder of its own, and delivers nothing: what it takes
//! is put on hold in its queue, where the test looks at it.
//!
//! Postfix leaves passwords to another program, with the protocol of Dovecot. Here that program is
//! the test.
#![cfg(unix)]
use mail::{
    Draft, Mailbox,
    smtp::{
        ClientError, Envelope, Timeouts,
        client::Phase,
        submission::{Credentials, Security, Submission},
    },
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::rustls::RootCertStore;

/// A Postfix in a temporary folder. It is stopped when this is dropped.
struct Postfix {
    folder: tempfile::TempDir,
    process: Child,
    start_tls: u16,
    implicit: u16,
    roots: RootCertStore,
}

impl Postfix {
    /// Starts one that has all passwords checked at this port, and that offers this mechanism.
    async fn start(passwords: u16) -> Postfix {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        // Its processes are not the superuser.
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a folder");
        for name in ["etc", "spool", "data"] {
            fs::create_dir(path.join(name)).expect("a folder");
        }
        let owner = Command::new("chown").arg("postfix").arg(path.join("data")).status();
        assert!(owner.expect("chown").success(), "is postfix installed, and is this root?");
        let names = vec!["localhost".to_owned()];
        let certified = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let pem = format!("{}{}", certified.signing_key.serialize_pem(), certified.cert.pem());
        fs::write(path.join("both.pem"), pem).expect("a file");
        let mut roots = RootCertStore::empty();
        roots.add(certified.cert.der().clone()).expect("a certificate");

        let start_tls = free_port();
        let implicit = free_port();
        fs::write(path.join("etc/main.cf"), main_cf(path, passwords)).expect("a file");
        fs::write(path.join("etc/master.cf"), master_cf(start_tls, implicit)).expect("a file");
        let log = fs::File::create(path.join("log")).expect("a file");
        let mut postfix = Command::new("postfix");
        postfix.arg("-c").arg(path.join("etc")).arg("start-fg").stdout(log).stderr(Stdio::null());
        let process = postfix.spawn().expect("postfix");
        let mut postfix = Postfix { folder, process, start_tls, implicit, roots };
        for port in [start_tls, implicit] {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                let ended = postfix.process.try_wait().expect("it can be asked");
                assert!(ended.is_none(), "it has ended: {}", postfix.log());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        postfix
    }

    fn submission(&self, security: Security, credentials: Credentials) -> Submission {
        let port = match security {
            Security::StartTls => self.start_tls,
            Security::Implicit => self.implicit,
        };
        Submission::trusting("localhost", security, self.roots.clone())
            .port(port)
            .timeouts(Timeouts::all(Duration::from_secs(600)))
            .credentials(credentials)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The mails that it has taken, with what it has written in front.
    fn held(&self) -> Vec<String> {
        let mut held = vec![];
        for entry in fs::read_dir(self.folder.path().join("spool/hold")).expect("a folder") {
            let mail = fs::read(entry.expect("an entry").path()).expect("a mail");
            held.push(String::from_utf8_lossy(&mail).into_owned());
        }
        held
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = self.folder.path().join("etc");
        let _ = Command::new("postfix").arg("-c").arg(etc).arg("stop").output();
        let _ = self.process.wait();
    }
}

/// A port that is free, another one each time. It is none of those that the system gives to
/// programs that ask for any, so it stays free until Postfix has it.
fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + (std::process::id() % 20_000) as u16;
    loop {
        let port = first + TAKEN.fetch_add(1, Ordering::Relaxed);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn main_cf(path: &Path, passwords: u16) -> String {
    let path = path.display();
    format!(
        "compatibility_level = 3.6
queue_directory = {path}/spool
data_directory = {path}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
myhostname = localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
smtpd_tls_chain_files = {path}/both.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{passwords}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_data_restrictions = check_sender_access static:HOLD
"
    )
}

fn master_cf(start_tls: u16, implicit: u16) -> String {
    format!(
        "127.0.0.1:{start_tls} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:{implicit} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
pickup unix n - n 60 1 pickup
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"
    )
}

/// Says to Postfix which passwords are right, and offers one mechanism. It is the server's side of
/// Dovecot's authentication protocol, as much of it as Postfix uses.
async fn check_passwords(listener: TcpListener, mechanism: &'static str) {
    // `\0ann\0s3cret`, `ann` and `s3cret`.
    const RIGHT: [&str; 3] = ["AGFubgBzM2NyZXQ=", "YW5u", "czNjcmV0"];
    while let Ok((io, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut io = BufReader::new(io);
            let hello = format!(
                "VERSION\t1\t1\nMECH\t{mechanism}\tplaintext\nSPID\t1\nCUID\t1\n\
                COOKIE\t0123456789abcdef0123456789abcdef\nDONE\n"
            );
            io.write_all(hello.as_bytes()).await.expect("Postfix is there");
            let mut line = String::new();
            let mut said = vec![];
            while io.read_line(&mut line).await.is_ok_and(|length| length > 0) {
                let words: Vec<&str> = line.trim_end().split('\t').collect();
                let reply = match words[..] {
                    ["AUTH", id, "PLAIN", .., last] => {
                        end(id, last.strip_prefix("resp=") == Some(RIGHT[0]))
                    }
                    // `Username:` and `Password:`.
                    ["AUTH", id, "LOGIN", ..] => format!("CONT\t{id}\tVXNlcm5hbWU6\n"),
                    ["CONT", id, answer] => {
                        said.push(answer.to_owned());
                        match said.len() {
                            1 => format!("CONT\t{id}\tUGFzc3dvcmQ6\n"),
                            _ => end(id, said == RIGHT[1..]),
                        }
                    }
                    _ => String::new(),
                };
                io.write_all(reply.as_bytes()).await.expect("Postfix is there");
                line.clear();
            }
        });
    }
}

fn end(id: &str, is_right: bool) -> String {
    let verdict = if is_right { "OK" } else { "FAIL" };
    format!("{verdict}\t{id}\tuser=ann\n")
}

#[tokio::test]
#[ignore = "needs Debian's postfix, and root to start it"]
async fn a_mail_goes_to_postfix_by_both_kinds_of_tls_and_both_kinds_of_password() {
    for mechanism in ["PLAIN", "LOGIN"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let passwords = listener.local_addr().expect("it is bound").port();
        tokio::spawn(check_passwords(listener, mechanism));
        let postfix = Postfix::start(passwords).await;
        for security in [Security::StartTls, Security::Implicit] {
            let what = format!("{mechanism}, {security:?}");
            let submission = postfix.submission(security, Credentials::new("ann", "s3cret"));
            let connected = submission.connect("client.example.net").await;
            let mut client = connected.unwrap_or_else(|error| panic!("{what}: {error}"));
            let from: Mailbox = "ann@example.net".parse().expect("a mailbox");
            let to: Mailbox = "bob@example.org".parse().expect("a mailbox");
            let envelope =
                Envelope { from: Some(from.address().clone()), to: vec![to.address().clone()] };
            let draft = Draft::new(&from).to(to).subject(&what).expect("a subject");
            let message = draft.text("hello\n").expect("a text");
            let outcomes = client.send(&envelope, &message).await.expect("a reply");
            assert!(outcomes[0].is_accepted(), "{what}: {}", outcomes[0]);
            client.quit().await.expect("a goodbye");
            let held = postfix.held();
            let mail = held.iter().find(|mail| mail.contains(&what)).expect("it is in the queue");
            // RFC 3848: with TLS (S), and with a password (A).
            assert!(mail.contains("with ESMTPSA id"), "{mail}");
        }
        let wrong = postfix.submission(Security::StartTls, Credentials::new("ann", "guess"));
        let error = wrong.connect("client.example.net").await.expect_err("the password is wrong");
        assert!(matches!(&error, ClientError::Refused(Phase::Authenticate, _)), "{error}");
        assert!(!error.is_permanent(), "it says nothing of a message");
        assert_eq!(postfix.held().len(), 2);
    }
}
