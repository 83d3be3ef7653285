//! The client and the campaign, against aiosmtpd, which offers neither PIPELINING nor enhanced
//! status codes.
use crate::postbox::DOTS;
use mail::{
    campaign::{Campaign, OverSmtp, Recipient, RecipientFile, Settings},
    smtp::{Address, Client, Envelope, Message, Timeouts},
};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

struct Aiosmtpd {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Aiosmtpd {
    async fn start() -> Aiosmtpd {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/others/aiosmtpd_server.py");
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("python3 is there");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let port =
            lines.next_line().await.unwrap().expect("it says its port: is aiosmtpd installed?");
        Aiosmtpd { process, lines, address: format!("127.0.0.1:{port}") }
    }

    async fn connect(&self) -> Result<Client<tokio::net::TcpStream>, mail::smtp::ClientError> {
        Client::connect(
            &self.address,
            "client.example.net",
            Timeouts::all(Duration::from_secs(600)),
        )
        .await
    }

    /// Ends it, and says what it got.
    async fn end(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let mut mails = vec![];
        while let Some(line) = self.lines.next_line().await.unwrap() {
            mails.push(serde_json::from_str(&line).expect("a line of JSON"));
        }
        mails
    }
}

fn envelope(from: &str, to: &[&str]) -> Envelope {
    let address = |text: &str| Address::new(text).expect("it is one");
    Envelope { from: Some(address(from)), to: to.iter().copied().map(address).collect() }
}

#[tokio::test]
#[ignore = "needs python3 with aiosmtpd"]
async fn each_recipient_has_an_outcome_and_the_message_arrives_as_it_was_written() {
    let server = Aiosmtpd::start().await;
    let mut client = server.connect().await.unwrap();
    let offered = client.extensions();
    assert_eq!((offered.pipelining, offered.eight_bit_mime, offered.smtputf8), (false, true, true));

    let message = Message::new(format!("Subject: dots\n\n{}\n", DOTS.join("\n")));
    let to = ["ann@example.org", "unknown@example.org", "full@example.org", "bob@example.org"];
    let outcomes = client.send(&envelope("alice@example.net", &to), &message).await.unwrap();
    let codes: Vec<u16> = outcomes.iter().map(|outcome| outcome.reply().code()).collect();
    assert_eq!(codes, [250, 550, 452, 250]);
    let alone = client
        .send(&envelope("alice@example.net", &["unknown@example.org"]), &message)
        .await
        .unwrap();
    assert!(alone[0].is_permanent());
    // Over the same connection, after a message that was refused.
    let utf8 = Message::new("Subject: Grüße\n\nGrüße aus 北京\n");
    let outcomes =
        client.send(&envelope("grüße@example.net", &["用户@example.org"]), &utf8).await.unwrap();
    assert!(outcomes[0].is_accepted());
    client.quit().await.unwrap();

    let mails = server.end().await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0]["to"], json!(["ann@example.org", "bob@example.org"]));
    assert_eq!(mails[0]["body"], format!("Subject: dots\r\n\r\n{}\r\n", DOTS.join("\r\n")));
    assert_eq!(
        (&mails[1]["from"], &mails[1]["to"]),
        (&json!("grüße@example.net"), &json!(["用户@example.org"]))
    );
    assert_eq!(mails[1]["body"], "Subject: Grüße\r\n\r\nGrüße aus 北京\r\n");
    let options = mails[1]["options"].to_string();
    assert!(options.contains("SMTPUTF8") && options.contains("BODY=8BITMIME"), "{options}");
}

#[tokio::test]
#[ignore = "needs python3 with aiosmtpd"]
async fn a_campaign_sends_to_all_mailboxes_that_are_there() {
    let server = Aiosmtpd::start().await;
    let mut list: String = (1..=200).map(|number| format!("r{number}@example.org\n")).collect();
    list += "unknown@example.org\n";
    let message = Message::new("Subject: news\n\nThere are some.\n");
    let mail = |recipient: &Recipient| {
        let to = vec![recipient.address.clone()];
        Ok((Envelope { from: Address::new("news@example.org").ok(), to }, message.clone()))
    };
    let campaign =
        Campaign::new(OverSmtp::new(async || server.connect().await, mail), Settings::default());
    let summary = campaign.run(RecipientFile::from_reader(list.as_bytes())).await.unwrap();
    assert_eq!((summary.sent, summary.refused), (200, 1), "{summary:?}");
    let mut recipients: Vec<String> =
        server.end().await.iter().map(|mail| mail["to"].to_string()).collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!(recipients.len(), 200);
}
