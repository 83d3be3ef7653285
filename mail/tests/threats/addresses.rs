//! Threat 4: a recipient, a sender, a subject or a name that comes from a template, and wants to be
//! a command.
use crate::scene::{Running, address};
use bytes::Bytes;
use mail::{
    Draft, Mailbox,
    smtp::{Address, Client, Envelope, Handler, Limits, Message, Reply, Timeouts, Transaction},
};
use std::sync::{Arc, Mutex};

/// Everything that can end a line somewhere, or is not to be seen.
fn control_characters() -> impl Iterator<Item = char> {
    ('\0'..=' ').filter(|c| *c != ' ').chain('\x7f'..='\u{9f}').chain(['\u{2028}', '\u{2029}'])
}

#[test]
fn threat_4_no_control_character_gets_into_an_address_a_name_or_a_header_wherever_it_stands() {
    let draft = Draft::new(&address("alice@example.net").into());
    for c in control_characters() {
        for place in 0..=13 {
            let mut text = "bob@example.or".to_owned();
            text.insert(place, c);
            assert!(Address::new(&text).is_err(), "{text:?} is an address");
            assert!(
                Address::new(&format!("\"{text}\"@example.org")).is_err(),
                "{text:?} is a local part"
            );
            assert!(Mailbox::new(&text, address("bob@example.org")).is_err(), "{text:?} is a name");
            assert!(draft.clone().subject(&text).is_err(), "{text:?} is a subject");
            assert!(draft.clone().header("X-Test", &text).is_err(), "{text:?} is a header");
            assert!(
                draft.clone().header(&text, "value").is_err(),
                "{text:?} is the name of a header"
            );
        }
    }
}

#[test]
fn threat_4_no_address_ends_its_path() {
    for text in [
        "a@b> SIZE=1",
        "a@b>\r\nRCPT TO:<evil@c",
        "\"a> X=1 \"@c",
        "\"a\\> X=1 \"@c",
        "\"<a\"@c",
        "a@[192.0.2.1]>",
        "a@b X=1",
        "<a@b>",
        "@b:a@c",
        "",
        "postmaster",
    ] {
        assert!(Address::new(text).is_err(), "{text:?} is an address");
    }
}

/// Notes the addresses as they were understood.
#[derive(Clone, Default)]
struct Understood(Arc<Mutex<Vec<(Envelope, Bytes)>>>);

impl Handler for Understood {
    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("fine")
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        self.0.lock().unwrap().push((mail.envelope, body));
        Reply::accepted("fine")
    }
}

#[tokio::test(start_paused = true)]
async fn threat_4_whatever_can_be_written_is_understood_as_it_was_meant() {
    let mut random = fastrand::Rng::with_seed(4);
    let understood = Understood::default();
    let server = Running::new(understood.clone(), Limits::default());
    let mut client = Client::over(server.pipe(1024), "client", Timeouts::default()).await.unwrap();
    let characters: Vec<char> = "aB1.@\"\\<>[]:; \r\n\0\tü\u{85},()+-=%!".chars().collect();
    let word = |random: &mut fastrand::Rng| -> String {
        (0..random.usize(1..8)).map(|_| random.choice(&characters).copied().unwrap()).collect()
    };
    let mut sent = vec![];
    for _ in 0..20_000 {
        let text = match random.u8(..3) {
            0 => format!("{}@example.org", word(&mut random)),
            1 => format!("\"{}\"@example.org", word(&mut random)),
            _ => format!("a@{}", word(&mut random)),
        };
        let subject = word(&mut random);
        let Ok(to) = Address::new(&text) else { continue };
        let Ok(name) = Mailbox::new(&subject, to.clone()) else { continue };
        let Ok(draft) = Draft::new(&name).to(name.clone()).subject(&subject) else { continue };
        let envelope = Envelope { from: Some(to.clone()), to: vec![to] };
        let message = draft.text("hello\n").unwrap();
        let outcomes = client.send(&envelope, &message).await.unwrap();
        assert!(outcomes[0].is_accepted(), "{text:?}: {}", outcomes[0]);
        sent.push((envelope, message));
    }
    assert!(sent.len() > 500, "only {} were tried", sent.len());
    let understood = understood.0.lock().unwrap();
    assert_eq!(understood.len(), sent.len());
    for ((understood, body), (meant, message)) in understood.iter().zip(&sent) {
        assert_eq!(understood, meant);
        let headers = std::str::from_utf8(body).unwrap().split("\r\n\r\n").next().unwrap();
        let names: Vec<&str> = headers
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        let expected = [
            "From",
            "Date",
            "Message-ID",
            "Subject",
            "To",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ];
        assert_eq!(names, expected, "{headers}");
        assert_eq!(body.len(), message.size());
    }
}

#[tokio::test(start_paused = true)]
async fn threat_4_what_a_server_cannot_take_is_not_sent_to_it() {
    // A server that offers nothing, and would be surprised by anything but HELO.
    let (ours, mut theirs) = tokio::io::duplex(1024);
    let server = async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut said = String::new();
        theirs.write_all(b"220 old\r\n").await.unwrap();
        for reply in ["500 what?\r\n", "250 hello\r\n"] {
            let mut byte = 0;
            while byte != b'\n' {
                byte = theirs.read_u8().await.unwrap();
                said.push(byte.into());
            }
            theirs.write_all(reply.as_bytes()).await.unwrap();
        }
        theirs.read_to_string(&mut said).await.unwrap();
        said
    };
    let client = async {
        let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
        let bob = Envelope { from: None, to: vec![address("bob@example.org")] };
        for (envelope, message) in [
            (Envelope { from: None, to: vec![address("用户@例子.网")] }, Message::new("ascii")),
            (
                Envelope { from: Some(address("ü@x")), to: vec![address("a@b")] },
                Message::new("ascii"),
            ),
            (bob.clone(), Message::new("Subject: Grüße\r\n\r\nhello")),
            (bob.clone(), Message::new("Subject: hello\r\n\r\nGrüße")),
        ] {
            let error = client.send(&envelope, &message).await.unwrap_err();
            assert!(matches!(error, mail::smtp::ClientError::NotOffered(_)), "{error}");
            assert!(client.is_usable());
        }
        drop(client);
    };
    let (said, ()) = tokio::join!(server, client);
    assert_eq!(said, "EHLO client\r\nHELO client\r\n");
}
