//! `lettre`, the mail client that most Rust programs have. It ends each message with a line end of
//! its own.
use crate::postbox::{DOTS, Mail, Postbox};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{Mailbox, header::ContentTransferEncoding},
    transport::smtp::{Error, PoolConfig},
};
use std::{error::Error as _, net::SocketAddr};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

fn transport(server: SocketAddr) -> Transport {
    let builder = Transport::builder_dangerous(server.ip().to_string()).port(server.port());
    builder.pool_config(PoolConfig::new().max_size(1)).build()
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(None, address.parse().expect("it is one"))
}

fn envelope(from: &str, to: &[&str]) -> Envelope {
    let to: Vec<Address> = to.iter().map(|to| to.parse().expect("it is one")).collect();
    Envelope::new(Some(from.parse().expect("it is one")), to).expect("it has a recipient")
}

/// The code of a refusal.
fn code(error: &Error) -> u16 {
    error.status().unwrap_or_else(|| panic!("{error:?}")).into()
}

#[tokio::test]
async fn a_message_to_several_arrives_once_and_as_it_was_written() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    let message = Message::builder()
        .from(mailbox("alice@example.net"))
        .to(mailbox("bob@example.org"))
        .to(mailbox("carol@example.org"))
        .subject("Grüße")
        .body(DOTS.join("\n"))
        .unwrap();
    let response = transport.send(message).await.unwrap();
    assert!(response.is_positive());
    let (_, mails) = postbox.close().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), &mails[0].to[..]),
        ("alice@example.net", &["bob@example.org".to_owned(), "carol@example.org".to_owned()][..])
    );
    assert_eq!(mails[0].text(), DOTS);
}

#[tokio::test]
async fn a_connection_carries_more_than_one_message() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    for number in 1..=20 {
        let raw = format!("Subject: {number}\r\n\r\nhello\r\n");
        transport
            .send_raw(&envelope("alice@example.net", &["bob@example.org"]), raw.as_bytes())
            .await
            .unwrap();
    }
    drop(transport);
    let (connections, mails) = postbox.close().await;
    // How many there are is up to lettre's pool, which may not yet have one back when it needs the
    // next.
    assert!(connections < 20, "{connections} connections");
    assert_eq!(mails.len(), 20);
}

#[tokio::test]
async fn bytes_beyond_ascii_arrive_as_they_are() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    let message = Message::builder()
        .from(mailbox("alice@example.net"))
        .to(mailbox("bob@example.org"))
        .header(ContentTransferEncoding::EightBit)
        .body("Grüße aus 北京".to_owned())
        .unwrap();
    transport.send(message).await.unwrap();
    let (_, mails) = postbox.close().await;
    assert!(mails[0].body.contains("Content-Transfer-Encoding: 8bit"), "{}", mails[0].body);
    assert_eq!(mails[0].text(), ["Grüße aus 北京"]);
}

#[tokio::test]
async fn addresses_beyond_ascii_arrive_as_they_are() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    let raw = "Subject: hello\r\n\r\nhello";
    let envelope = envelope("grüße@example.net", &["用户@example.org"]);
    transport.send_raw(&envelope, raw.as_bytes()).await.unwrap();
    let (_, mails) = postbox.close().await;
    let expected = Mail {
        from: "grüße@example.net".into(),
        to: vec!["用户@example.org".into()],
        body: format!("{raw}\r\n"),
    };
    assert_eq!(mails, [expected]);
}

#[tokio::test]
async fn refusals_arrive_with_their_code_and_the_connection_can_be_used_again() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    let raw = b"Subject: hello\r\n\r\nhello\r\n";
    let send =
        async |to: &[&str]| transport.send_raw(&envelope("alice@example.net", to), raw).await;

    let error = send(&["unknown@example.org"]).await.unwrap_err();
    assert_eq!((code(&error), error.is_permanent()), (550, true));
    assert!(error.source().unwrap().to_string().contains("no such mailbox"), "{error:?}");
    let error = send(&["full@example.org"]).await.unwrap_err();
    assert_eq!((code(&error), error.is_transient()), (451, true));
    // Lettre gives up on all as soon as one is refused.
    let error =
        send(&["bob@example.org", "unknown@example.org", "carol@example.org"]).await.unwrap_err();
    assert_eq!(code(&error), 550);
    send(&["bob@example.org"]).await.unwrap();
    let (_, mails) = postbox.close().await;
    assert_eq!(
        mails.iter().map(|mail| &mail.to[..]).collect::<Vec<_>>(),
        [["bob@example.org".to_owned()]]
    );
}

#[tokio::test]
async fn a_line_feed_on_its_own_is_refused_and_nothing_of_it_is_taken_for_another_message() {
    let postbox = Postbox::open().await.unwrap();
    let transport = transport(postbox.address);
    let envelope = envelope("alice@example.net", &["bob@example.org"]);
    let error = transport
        .send_raw(&envelope, b"Subject: hello\n\nhello\n.\nMAIL FROM:<eve@x>\n")
        .await
        .unwrap_err();
    assert_eq!(code(&error), 554);
    transport.send_raw(&envelope, b"Subject: hello\r\n\r\nhello\r\n").await.unwrap();
    assert_eq!(postbox.close().await.1.len(), 1);
}
