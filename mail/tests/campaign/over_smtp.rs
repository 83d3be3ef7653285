//! What a conversation in SMTP comes to, for a campaign: each way in which a server can answer, or
//! not.
use crate::post::{list, settings};
use mail::{
    campaign::{
        AttemptOutcome, Campaign, CampaignEvent, CampaignJournal, CampaignSummary, Connector,
        IfInDoubt, MailConnection, OverSmtp, Recipient, RecipientOutcome, Settings, Unfinished,
    },
    smtp::{Address, Client, Envelope, Message, Timeouts},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    time::Instant,
};

/// What a server says to each command, and to a message. `cut` is to hang up instead, and `silent`
/// to say nothing.
#[derive(Clone, Copy)]
struct Says {
    hello: &'static str,
    mail: &'static str,
    recipient: &'static str,
    data: &'static str,
    message: &'static str,
}

const FRIENDLY: Says = Says {
    hello: "250 fine",
    mail: "250 fine",
    recipient: "250 fine",
    data: "354 go ahead",
    message: "250 fine",
};

/// Holds one conversation. Returns the recipients of the messages that have come as a whole.
async fn serve(io: DuplexStream, says: Says, came: &RefCell<Vec<String>>) {
    let mut io = BufReader::new(io);
    io.write_all(b"220 hello\r\n").await.unwrap();
    let (mut line, mut to, mut in_message) = (String::new(), String::new(), false);
    loop {
        line.clear();
        if io.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end();
        let answer = match command.split([' ', ':']).next().unwrap() {
            _ if in_message && command != "." => continue,
            "." => {
                in_message = false;
                came.borrow_mut().push(std::mem::take(&mut to));
                says.message
            }
            "EHLO" => says.hello,
            "MAIL" => says.mail,
            "RCPT" => {
                to = command.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
                says.recipient
            }
            "DATA" => {
                in_message = says.data.starts_with("354");
                says.data
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        match answer {
            "cut" => return,
            "silent" => std::future::pending().await,
            answer => io.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap(),
        }
    }
}

/// Servers to connect to, one after the other; the last one again and again.
#[derive(Clone)]
struct Servers {
    says: Rc<Vec<Says>>,
    connections: Rc<Cell<usize>>,
    came: Rc<RefCell<Vec<String>>>,
}

impl Servers {
    fn new(says: &[Says]) -> Servers {
        Servers { says: Rc::new(says.to_vec()), connections: Rc::default(), came: Rc::default() }
    }

    fn connector(&self) -> impl Connector + use<> {
        let servers = self.clone();
        let connect = async move || {
            let (ours, theirs) = duplex(1024);
            let number = servers.connections.replace(servers.connections.get() + 1);
            let says = servers.says[number.min(servers.says.len() - 1)];
            let came = servers.came.clone();
            tokio::task::spawn_local(async move { serve(theirs, says, &came).await });
            Client::over(ours, "client.example.net", Timeouts::all(Duration::from_secs(30))).await
        };
        OverSmtp::new(connect, |recipient: &Recipient| {
            let envelope = Envelope {
                from: Address::new("news@example.org").ok(),
                to: vec![recipient.address.clone()],
            };
            Ok((envelope, Message::new("Subject: news\n\nThere are some.\n")))
        })
    }

    fn came(&self) -> BTreeMap<String, usize> {
        let mut came = BTreeMap::new();
        for address in &*self.came.borrow() {
            *came.entry(address.clone()).or_default() += 1;
        }
        came
    }
}

async fn on_this_thread<T>(work: impl Future<Output = T>) -> T {
    tokio::task::LocalSet::new().run_until(work).await
}

#[tokio::test(start_paused = true)]
async fn each_answer_has_its_meaning() {
    let refused = |why: &str| AttemptOutcome::Refused(why.into());
    let not_now = |why: &str| AttemptOutcome::NotNow(why.into());
    let lost = |why: &str| AttemptOutcome::Lost(why.into());
    let in_doubt = |why: &str| AttemptOutcome::InDoubt(why.into());
    // What is said where, what it means, and whether the connection can be used afterwards.
    let cases = [
        (FRIENDLY, AttemptOutcome::Sent, true),
        (Says { mail: "550 no", ..FRIENDLY }, refused("550 no"), true),
        (Says { mail: "451 later", ..FRIENDLY }, not_now("451 later"), true),
        (Says { recipient: "550 5.1.1 no", ..FRIENDLY }, refused("550 5.1.1 no"), true),
        (Says { recipient: "452 later", ..FRIENDLY }, not_now("452 later"), true),
        // It wants a password first, or TLS: that says nothing about this recipient.
        (
            Says { mail: "530 5.7.0 Authentication required", ..FRIENDLY },
            not_now("530 5.7.0 Authentication required"),
            true,
        ),
        (Says { data: "503 out of order", ..FRIENDLY }, not_now("503 out of order"), true),
        // RFC 5321, 4.5.3.1.10: too many recipients, by an old server.
        (Says { recipient: "552 later", ..FRIENDLY }, not_now("552 later"), true),
        (Says { mail: "552 too large", ..FRIENDLY }, refused("552 too large"), true),
        (Says { data: "554 no", ..FRIENDLY }, refused("554 no"), true),
        (Says { message: "554 spam", ..FRIENDLY }, refused("554 spam"), true),
        (Says { message: "451 later", ..FRIENDLY }, not_now("451 later"), true),
        // A server that has enough of this connection has nothing against the recipient.
        (
            Says { mail: "421 bye", ..FRIENDLY },
            lost("the server refused while naming the sender: 421 bye"),
            false,
        ),
        (Says { message: "421 bye", ..FRIENDLY }, lost("421 bye"), false),
        // Until the end of the message has been sent, the server does not have it.
        (
            Says { mail: "cut", ..FRIENDLY },
            lost("the server hung up while naming the sender"),
            false,
        ),
        (
            Says { recipient: "cut", ..FRIENDLY },
            lost("the server hung up while naming a recipient"),
            false,
        ),
        (
            Says { data: "cut", ..FRIENDLY },
            lost("the server hung up while announcing the message"),
            false,
        ),
        (
            Says { recipient: "silent", ..FRIENDLY },
            not_now("the server took too long while naming a recipient"),
            false,
        ),
        // After that, it may.
        (
            Says { message: "cut", ..FRIENDLY },
            in_doubt("the server hung up while waiting for the reply to the message"),
            false,
        ),
        (
            Says { message: "silent", ..FRIENDLY },
            in_doubt("the server took too long while waiting for the reply to the message"),
            false,
        ),
    ];
    for (says, expected, usable) in cases {
        on_this_thread(async {
            let connector = Servers::new(&[says]).connector();
            let mut connection = connector.connect().await.unwrap();
            let recipient = list(1).next().unwrap().unwrap();
            assert_eq!(connection.deliver(&recipient).await, expected);
            assert_eq!(connection.is_usable(), usable, "after {expected:?}");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_needs_what_the_server_does_not_offer_is_not_sent_to() {
    on_this_thread(async {
        let servers = Servers::new(&[FRIENDLY]);
        let mut connection = servers.connector().connect().await.unwrap();
        let address = Address::new("用户@example.org").unwrap();
        let outcome = connection.deliver(&Recipient { number: 1, address }).await;
        assert_eq!(
            outcome,
            AttemptOutcome::CannotBeSent(
                "the server does not offer SMTPUTF8, which this needs".into()
            )
        );
        assert!(connection.is_usable());
        assert_eq!(
            connection.deliver(&list(1).next().unwrap().unwrap()).await,
            AttemptOutcome::Sent
        );
    })
    .await;
}

async fn campaign(servers: &Servers, settings: Settings, recipients: u64) -> CampaignSummary {
    on_this_thread(Campaign::new(servers.connector(), settings).run(list(recipients)))
        .await
        .unwrap()
}

/// The greeting of a server that can be told of the next mail with the end of the one before.
const PIPELINING: &str = "250-fine\r\n250 PIPELINING";

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_in_the_middle_of_anything_costs_no_recipient_the_mail() {
    for hello in [FRIENDLY.hello, PIPELINING] {
        let friendly = Says { hello, ..FRIENDLY };
        for cut in [
            Says { mail: "cut", ..friendly },
            Says { recipient: "cut", ..friendly },
            Says { data: "cut", ..friendly },
            Says { hello: "cut", ..friendly },
            Says { mail: "421 bye", ..friendly },
            Says { message: "421 bye", ..friendly },
        ] {
            let servers = Servers::new(&[cut, friendly]);
            let summary = campaign(&servers, settings(1), 5).await;
            assert!(summary.all_sent(), "{summary:?}");
            assert_eq!(servers.connections.get(), 2, "the connection is replaced");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_in_doubt_is_left_or_sent_again_as_you_like() {
    for hello in [FRIENDLY.hello, PIPELINING] {
        let friendly = Says { hello, ..FRIENDLY };
        let cut = Says { message: "cut", ..friendly };
        for (if_in_doubt, mails, in_doubt) in
            [(IfInDoubt::Leave, 1, 1), (IfInDoubt::SendAgain, 2, 0)]
        {
            let servers = Servers::new(&[cut, friendly]);
            let summary = campaign(&servers, Settings { if_in_doubt, ..settings(1) }, 5).await;
            assert_eq!((summary.in_doubt, summary.sent), (in_doubt, 5 - in_doubt), "{hello}");
            let came = servers.came();
            assert_eq!((came.len(), came["r1@example.org"]), (5, mails));
            assert_eq!(came.values().sum::<usize>(), 4 + mails, "only one was in doubt: {hello}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn with_pipelining_the_list_is_read_one_further_for_each_connection() {
    let friendly = Says { hello: PIPELINING, ..FRIENDLY };
    for connections in [1, 3, 10] {
        let servers = Servers::new(&[friendly]);
        let (pulled, furthest) = (Cell::new(0), Cell::new(0));
        let recipients = list(200).inspect(|_| {
            pulled.set(pulled.get() + 1);
            furthest.set(furthest.get().max(pulled.get() - servers.came.borrow().len()));
        });
        let campaign = Campaign::new(servers.connector(), settings(connections)).run(recipients);
        assert!(on_this_thread(campaign).await.unwrap().all_sent());
        assert_eq!(servers.came().len(), 200);
        assert!(furthest.get() <= 2 * connections, "{} ahead of {connections}", furthest.get());
        assert!(furthest.get() > connections, "and it is made use of");
    }
}

/// Wherever it is stopped: a recipient that was taken early has no mail, and the next run begins
/// with it.
#[tokio::test(start_paused = true)]
async fn one_that_was_announced_and_not_begun_is_left_to_the_next_run() {
    let friendly = Says { hello: PIPELINING, ..FRIENDLY };
    for stop_at in 1..=12 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let servers = Servers::new(&[friendly]);
        let stop = tokio_util::sync::CancellationToken::new();
        let mut begun = 0;
        let journal = CampaignJournal::open(&path).unwrap();
        let campaign = Campaign::new(servers.connector(), settings(2))
            .journal(journal)
            .stop(stop.clone())
            .on_event(|event| {
                if let CampaignEvent::Begins(_) = event {
                    begun += 1;
                    if begun == stop_at {
                        stop.cancel();
                    }
                }
            });
        let summary = on_this_thread(campaign.run(list(12))).await.unwrap();
        assert_eq!(summary.in_doubt, 0, "{summary:?}");
        let sent = servers.came().len();
        assert_eq!(summary.sent as usize, sent, "stopped at {stop_at}");

        let (journal, progress) = CampaignJournal::open(&path).unwrap();
        for open in progress.open.values() {
            assert_eq!(*open, Unfinished::Waiting(0), "stopped at {stop_at}");
        }
        let campaign = Campaign::new(servers.connector(), settings(2)).journal((journal, progress));
        let summary = on_this_thread(campaign.run(list(12))).await.unwrap();
        assert!(summary.all_sent(), "stopped at {stop_at}: {summary:?}");
        let came = servers.came();
        assert_eq!((came.len(), came.values().max()), (12, Some(&1)), "stopped at {stop_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_does_not_keep_a_campaign_for_ever() {
    let servers = Servers::new(&[Says { mail: "silent", ..FRIENDLY }]);
    let begin = Instant::now();
    let summary = campaign(&servers, settings(1), 1).await;
    assert_eq!((summary.gave_up, summary.sent), (1, 0));
    // Three attempts of 30 s; 1 and 2 s in between.
    assert_eq!(begin.elapsed(), Duration::from_secs(93));
}

#[test]
fn an_outcome_says_what_it_is() {
    let why = || "550 no".to_owned();
    let outcomes = [
        RecipientOutcome::Sent,
        RecipientOutcome::Refused(why()),
        RecipientOutcome::GaveUp(why()),
        RecipientOutcome::InDoubt(why()),
    ];
    let said =
        ["sent", "refused: 550 no", "given up: 550 no", "in doubt, may have been sent: 550 no"];
    assert_eq!(outcomes.map(|outcome| outcome.to_string()), said);
}
