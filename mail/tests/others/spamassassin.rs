//! Drafts, as SpamAssassin judges them: by its own rules only, without the network and without what
//! it has learnt.
use mail::{Draft, Mailbox, smtp::Message};
use std::process::Stdio;
use tokio::{io::AsyncWriteExt, process::Command};

/// What SpamAssassin says of a mail.
#[derive(Debug)]
struct Judgement {
    /// The points against it; 5 make it spam.
    score: f64,
    /// The names of the rules that hold for it.
    rules: Vec<String>,
}

impl Judgement {
    /// Reads a header like `X-Spam-Status: No, score=-0.0 required=5.0 tests=A,\n\tB autolearn=no`.
    fn parse(status: &str) -> Judgement {
        let value = |key: &str| {
            let (_, rest) = status.split_once(key).unwrap_or_else(|| panic!("{key} in {status}"));
            rest
        };
        let score = value("score=").split(' ').next().expect("a number");
        let rules = value("tests=").split(" autolearn").next().expect("the rules");
        Judgement {
            score: score.parse().expect("a number"),
            rules: rules.split(',').map(|rule| rule.trim().to_owned()).collect(),
        }
    }
}

/// What it says of each of the mails, in their order.
async fn judge(mails: &[&str]) -> Vec<Judgement> {
    // One start for all of them, which takes most of the time: so they go there as an mbox. Their
    // numbers are in the lines between them, since they do not come back in order.
    let mut mbox = String::new();
    for (number, mail) in mails.iter().enumerate() {
        let mail = mail.replace("\r\n", "\n");
        mbox += &format!("From {number}@example.org Thu Nov 26 02:00:00 2026\n{mail}\n");
    }
    let home = tempfile::tempdir().expect("a folder");
    let mut spamassassin = Command::new("spamassassin")
        .args(["--local", "--test-mode", "--mbox", "--cf=use_bayes 0"])
        .env("HOME", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("spamassassin is there");
    let mut input = spamassassin.stdin.take().expect("it is piped");
    input.write_all(mbox.as_bytes()).await.expect("it reads all of it");
    drop(input);
    let output = spamassassin.wait_with_output().await.expect("it ends");
    let printed = format!("\n{}", String::from_utf8_lossy(&output.stdout));
    let mut judgements = vec![];
    for number in 0..mails.len() {
        let (_, judged) = printed
            .split_once(&format!("\nFrom {number}@example.org "))
            .unwrap_or_else(|| panic!("mail {number} is not in {printed}"));
        let (_, judged) = judged.split_once("\nX-Spam-Status: ").expect("it says something of it");
        // A header goes on in lines that begin with a space.
        let mut status = String::new();
        for line in judged.lines() {
            if !status.is_empty() && !line.starts_with([' ', '\t']) {
                break;
            }
            status += line;
        }
        judgements.push(Judgement::parse(&status));
    }
    judgements
}

/// A mail as it is kept: without the final dot.
fn kept(message: &Message) -> String {
    let wire = String::from_utf8(message.wire().to_vec()).expect("a draft is ASCII");
    wire.strip_suffix(".\r\n").expect("it ends with the final dot").to_owned()
}

#[tokio::test]
#[ignore = "needs spamassassin"]
async fn spamassassin_has_nothing_against_a_draft() {
    let from: Mailbox = "Example News <news@example.org>".parse().unwrap();
    let ann: Mailbox = "ann@example.net".parse().unwrap();
    let draft = || Draft::new(&from).to(ann.clone());
    let plain = draft().subject("News").unwrap().text("Dear ann,\n\nthere is news.\n").unwrap();
    let newsletter = draft()
        .subject("Grüße aus der Redaktion")
        .unwrap()
        .header("Reply-To", "editor@example.org")
        .unwrap()
        .header("List-Unsubscribe", "<https://example.org/off?reader=ann@example.net>")
        .unwrap()
        .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .unwrap()
        .text("Liebe Ann,\n\nes gibt Neues über Möbel.\n\nSchöne Grüße\n")
        .unwrap();
    let notice = draft()
        .subject("Some did not get a notification")
        .unwrap()
        .header("Auto-Submitted", "auto-replied")
        .unwrap()
        .text("The mail server refused it for good for these:\n\n    bob@example.net: 550\n")
        .unwrap();
    let without_date = "From: <news@example.org>\nTo: <ann@example.net>\nSubject: News\n\nhello\n";
    let mails = [&*kept(&plain), &kept(&newsletter), &kept(&notice), without_date];
    let judgements = judge(&mails).await;
    for (mail, judgement) in mails.iter().zip(&judgements[..3]) {
        assert!(judgement.score <= 0.0, "{judgement:?} of\n{mail}");
    }
    // Or the rules would be missing, and everything would do.
    let without_date = &judgements[3];
    for rule in ["MISSING_DATE", "MISSING_MID"] {
        assert!(without_date.rules.iter().any(|name| name == rule), "{without_date:?}");
    }
    assert!(without_date.score > 1.0, "{without_date:?}");
}
