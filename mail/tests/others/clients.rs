//! Programs that send mail, against the server.
use crate::postbox::{DOTS, Mail, Postbox};
use std::{path::PathBuf, process::Output};
use tokio::process::Command;

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/others").join(name)
}

/// What a program prints, and how it ends.
async fn run(command: &mut Command) -> Output {
    command.kill_on_drop(true).output().await.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn printed(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn recipients(mails: &[Mail]) -> Vec<String> {
    mails.iter().map(|mail| mail.to.join(" ")).collect()
}

#[tokio::test]
#[ignore = "needs python3"]
async fn smtplib() {
    let postbox = Postbox::open().await.unwrap();
    let (host, port) = (postbox.address.ip().to_string(), postbox.address.port().to_string());
    let output =
        run(Command::new("python3").arg(script("smtplib_client.py")).args([host, port])).await;
    assert_eq!(
        printed(&output),
        [
            "offers 8bitmime enhancedstatuscodes pipelining size smtputf8",
            "starttls STARTTLS extension not supported by server.",
            "refused {'unknown@example.org': (550, b'5.1.1 no such mailbox')}",
            "alone {'unknown@example.org': (550, b'5.1.1 no such mailbox')}",
            "full {'full@example.org': (451, b'4.3.0 no room now')}",
            "8bit {}",
            "utf8 {}",
            "bare 554",
            "null {}",
            "verify 252 expand 502 help b''",
            "noop 250",
        ]
    );
    let (connections, mails) = postbox.close().await;
    assert_eq!(connections, 1);
    assert_eq!(
        recipients(&mails),
        [
            "ann@example.org bob@example.org",
            "ann@example.org",
            "用户@example.org",
            "ann@example.org"
        ]
    );
    assert_eq!(mails[0].text(), DOTS);
    assert_eq!(mails[1].text(), ["Grüße"]);
    assert_eq!(mails[2].from, "grüße@example.net");
    assert_eq!(mails[3].from, "", "the null sender");
}

#[tokio::test]
#[ignore = "needs python3 with Twisted"]
async fn twisted() {
    let postbox = Postbox::open().await.unwrap();
    let (host, port) = (postbox.address.ip().to_string(), postbox.address.port().to_string());
    let output =
        run(Command::new("python3").arg(script("twisted_client.py")).args([host, port])).await;
    assert_eq!(
        printed(&output),
        [
            "accepted 2",
            "ann@example.org 250",
            "unknown@example.org 550",
            "bob@example.org 250",
            "refused 550",
            "8bit accepted",
        ],
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (_, mails) = postbox.close().await;
    assert_eq!(recipients(&mails), ["ann@example.org bob@example.org", "ann@example.org"]);
    assert!(
        mails[0].body.ends_with(&format!("\r\n\r\n{}\r\n", DOTS.join("\r\n"))),
        "{:?}",
        mails[0].body
    );
    assert!(mails[1].body.ends_with("\r\n\r\nGrüße\r\n"), "{:?}", mails[1].body);
}

/// curl, sending a file; with what it was told.
async fn curl(postbox: &Postbox, text: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mail");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("curl");
    // Without proxies, and as in a place where letters beyond ASCII are usual.
    command
        .args(["--silent", "--show-error", "--verbose", "--noproxy", "*", "--max-time", "600"])
        .env("LC_ALL", "C.UTF-8");
    command
        .arg(format!("smtp://{}/client.example.net", postbox.address))
        .arg("--upload-file")
        .arg(&file);
    run(command.args(arguments)).await
}

#[tokio::test]
#[ignore = "needs curl"]
async fn curl_() {
    let postbox = Postbox::open().await.unwrap();
    let dots = format!("Subject: dots\r\n\r\n{}\r\n", DOTS.join("\r\n"));
    let (from, ann, bob) = ("alice@example.net", "ann@example.org", "bob@example.org");

    let sent =
        curl(&postbox, &dots, &["--mail-from", from, "--mail-rcpt", ann, "--mail-rcpt", bob]).await;
    let dialogue = String::from_utf8_lossy(&sent.stderr).into_owned();
    assert!(sent.status.success(), "{dialogue}");
    assert!(!dialogue.contains("STARTTLS"), "it is not offered:\n{dialogue}");
    // One is refused: curl gives up on all, unless told otherwise.
    let refused = ["--mail-from", from, "--mail-rcpt", ann, "--mail-rcpt", "unknown@example.org"];
    assert_eq!(curl(&postbox, &dots, &refused).await.status.code(), Some(55));
    let sent = curl(&postbox, &dots, &[&refused[..], &["--mail-rcpt-allowfails"]].concat()).await;
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    // Letters beyond ASCII, in the text and in addresses.
    let utf8 = ["--mail-from", "grüße@example.net", "--mail-rcpt", "用户@example.org"];
    let sent = curl(&postbox, "Subject: 8 bit\r\n\r\nGrüße\r\n", &utf8).await;
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    // A client that wants TLS has to do without, or without the mail.
    let wanted = curl(&postbox, &dots, &["--mail-from", from, "--mail-rcpt", ann, "--ssl"]).await;
    assert!(wanted.status.success());
    let required =
        curl(&postbox, &dots, &["--mail-from", from, "--mail-rcpt", ann, "--ssl-reqd"]).await;
    assert_eq!(required.status.code(), Some(64), "{}", String::from_utf8_lossy(&required.stderr));
    // Line feeds on their own are refused; with --crlf curl does not send any.
    let bare = dots.replace("\r\n", "\n");
    let refused = curl(&postbox, &bare, &["--mail-from", from, "--mail-rcpt", ann]).await;
    assert_eq!(refused.status.code(), Some(8), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(
        curl(&postbox, &bare, &["--mail-from", from, "--mail-rcpt", ann, "--crlf"])
            .await
            .status
            .success()
    );

    let (_, mails) = postbox.close().await;
    assert_eq!(
        recipients(&mails),
        [
            "ann@example.org bob@example.org",
            "ann@example.org",
            "用户@example.org",
            "ann@example.org",
            "ann@example.org"
        ]
    );
    for mail in [0, 1, 3, 4].map(|number| &mails[number]) {
        assert_eq!(mail.text(), DOTS);
    }
    assert_eq!((mails[2].from.as_str(), mails[2].text()), ("grüße@example.net", vec!["Grüße"]));
}

#[tokio::test]
#[ignore = "needs swaks"]
async fn swaks_pipelining() {
    let postbox = Postbox::open().await.unwrap();
    let mut command = Command::new("swaks");
    command.args([
        "--server",
        &postbox.address.to_string(),
        "--pipeline",
        "--helo",
        "client.example.net",
    ]);
    command.args([
        "--from",
        "alice@example.net",
        "--to",
        "ann@example.org,unknown@example.org,bob@example.org",
    ]);
    command.args(["--data", "Subject: dots\\n\\n.\\n..\\n.dot\\n\\nlast\\n.\\n"]);
    let output = run(&mut command).await;
    let dialogue = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{dialogue}");
    let place =
        |text: &str| dialogue.find(text).unwrap_or_else(|| panic!("no {text:?} in\n{dialogue}"));
    assert!(
        place("-> DATA") < place("250 2.1.0 sender ok"),
        "it has sent all before the first reply:\n{dialogue}"
    );
    assert!(dialogue.contains("<** 550 5.1.1 no such mailbox"), "{dialogue}");
    let (_, mails) = postbox.close().await;
    assert_eq!(recipients(&mails), ["ann@example.org bob@example.org"]);
    let all_but_the_last = &DOTS[..DOTS.len() - 1]; // swaks takes a dot at the end for the end
    assert_eq!(mails[0].text(), all_but_the_last);
}
