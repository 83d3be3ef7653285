//! The limits: how many at once, how far ahead, and how long without giving way.
use crate::post::{Post, list, settings};
use async_concepts::{block, record};
use mail::campaign::{Campaign, Heartbeat};
use std::{cell::Cell, collections::BTreeMap, time::Duration};
use tokio::{
    task::yield_now,
    time::{Instant, sleep, sleep_until},
};

#[tokio::test(start_paused = true)]
async fn eight_mails_of_100_ms_over_two_connections_take_400_ms() {
    let post = Post::new(100);
    let summary = Campaign::new(&post, settings(2)).run(list(8)).await.unwrap();
    assert_eq!(post.begin.elapsed(), Duration::from_millis(400));
    assert_eq!(
        *post.got.borrow(),
        [(100, 1), (100, 2), (200, 3), (200, 4), (300, 5), (300, 6), (400, 7), (400, 8)]
    );
    assert!(summary.all_sent());
    assert_eq!(
        (summary.sent, post.peak.get(), post.connected.get(), post.closed.get()),
        (8, 2, 2, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn no_recipient_is_taken_from_the_list_before_there_is_a_connection_for_it() {
    for connections in [1, 2, 7, 50] {
        let post = Post::new(10);
        let (pulled, furthest) = (Cell::new(0), Cell::new(0));
        let list = list(1000).inspect(|_| {
            pulled.set(pulled.get() + 1);
            furthest.set(furthest.get().max(pulled.get() - post.got.borrow().len()));
        });
        Campaign::new(&post, settings(connections)).run(list).await.unwrap();
        assert_eq!(pulled.get(), 1000);
        assert_eq!(furthest.get(), connections, "recipients that were taken and had no mail yet");
        assert_eq!(post.peak.get(), connections);
        assert_eq!(post.connected.get(), connections, "connections are reused");
    }
}

#[tokio::test(start_paused = true)]
async fn each_recipient_gets_one_mail() {
    let post = Post::new(1);
    Campaign::new(&post, settings(7)).run(list(10_000)).await.unwrap();
    assert_eq!(post.mails(), (1..=10_000).map(|number| (number, 1)).collect::<BTreeMap<_, _>>());
}

/// How many mails are sent between two polls of a task that is always ready.
async fn mails_between_two_polls(connections: usize, work: impl Fn()) -> usize {
    let post = Post::new(0);
    let (most, last) = (Cell::new(0), Cell::new(0));
    let neighbour = async {
        loop {
            let sent = post.got.borrow().len();
            most.set(most.get().max(sent - last.replace(sent)));
            work();
            yield_now().await;
        }
    };
    let list = list(20_000);
    tokio::select! {
        biased;
        () = neighbour => {}
        summary = Campaign::new(&post, settings(connections)).run(list) => {
            assert_eq!(summary.unwrap().sent, 20_000);
        }
    }
    most.get()
}

#[tokio::test]
async fn mails_that_never_wait_leave_the_thread_to_others_after_every_128() {
    for connections in [1, 2, 100] {
        let most = mails_between_two_polls(connections, || {}).await;
        assert!(
            (1..=128).contains(&most),
            "{most} mails without giving way, over {connections} connections"
        );
    }
}

#[tokio::test]
async fn lines_that_are_no_address_leave_the_thread_to_others_too() {
    let post = Post::new(0);
    let (most, last, pulled) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let neighbour = async {
        loop {
            most.set(most.get().max(pulled.get() - last.replace(pulled.get())));
            yield_now().await;
        }
    };
    let bad = |number| Err(mail::campaign::ListError::BadLine { number, why: "no address".into() });
    let list = (1..=20_000).map(bad).inspect(|_| pulled.set(pulled.get() + 1));
    tokio::select! {
        biased;
        () = neighbour => {}
        summary = Campaign::new(&post, settings(3)).run(list) => {
            assert_eq!(summary.unwrap().bad_lines, 20_000);
        }
    }
    assert!((1..=128).contains(&most.get()), "{} lines without giving way", most.get());
}

#[tokio::test(start_paused = true)]
async fn a_heart_beats_at_its_pace_while_mails_wait_for_the_network() {
    let (post, heartbeat) = (Post::new(30), Heartbeat::new(Duration::from_millis(10)));
    tokio::select! {
        biased;
        never = heartbeat.beat() => match never {},
        summary = Campaign::new(&post, settings(100)).run(list(1000)) => {
            assert_eq!(summary.unwrap().sent, 1000);
        }
    }
    assert_eq!(post.begin.elapsed(), Duration::from_millis(300));
    assert_eq!(heartbeat.worst_gap(), Duration::from_millis(10));
    assert_eq!(heartbeat.beats(), 30);
}

#[test]
fn a_heart_sees_that_a_task_keeps_the_thread() {
    let run = record("kept", || async {
        let heartbeat = Heartbeat::new(Duration::from_millis(10));
        let blocks = async {
            sleep(Duration::from_millis(15)).await;
            block(Duration::from_millis(70)); // until 85; the last beat was at 10
            sleep(Duration::from_millis(20)).await;
        };
        tokio::select! {
            biased;
            never = heartbeat.beat() => match never {},
            () = blocks => {}
        }
        (heartbeat.beats(), heartbeat.worst_gap())
    });
    assert_eq!(run.elapsed, Duration::from_millis(105));
    assert_eq!(run.output(), (4, Duration::from_millis(75)), "beats at 10, 85, 95 and 105");
}

/// A server that allows one connection for each client and ends it after every second mail.
struct OneAtATime {
    open: std::rc::Rc<std::cell::Cell<usize>>,
    most: std::rc::Rc<std::cell::Cell<usize>>,
}

struct Counted {
    open: std::rc::Rc<std::cell::Cell<usize>>,
    mails: usize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.set(self.open.get() - 1);
    }
}

impl mail::campaign::Connector for OneAtATime {
    type Connection = Counted;

    async fn connect(&self) -> Result<Counted, String> {
        self.open.set(self.open.get() + 1);
        self.most.set(self.most.get().max(self.open.get()));
        Ok(Counted { open: self.open.clone(), mails: 0 })
    }
}

impl mail::campaign::MailConnection for Counted {
    async fn deliver(&mut self, _: &mail::campaign::Recipient) -> mail::campaign::AttemptOutcome {
        self.mails += 1;
        match self.mails {
            1 | 2 => mail::campaign::AttemptOutcome::Sent,
            _ => mail::campaign::AttemptOutcome::Lost("421 enough".into()),
        }
    }

    fn is_usable(&self) -> bool {
        self.mails < 3
    }

    async fn close(self) {}
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_closed_before_the_next_one_is_opened() {
    let server = OneAtATime { open: Default::default(), most: Default::default() };
    let most = server.most.clone();
    let summary = Campaign::new(server, settings(1)).run(list(20)).await.unwrap();
    assert_eq!(summary.sent, 20);
    assert_eq!(most.get(), 1, "connections of one worker at the same time");
}

#[tokio::test(start_paused = true)]
async fn so_many_a_second_begin_and_no_more() {
    use mail::campaign::{CampaignEvent, Discard};
    let mut settings = settings(10);
    settings.per_second = std::num::NonZeroU32::new(4);
    let start = tokio::time::Instant::now();
    let mut begun = vec![];
    let campaign = Campaign::new(Discard, settings).on_event(|event| {
        if let CampaignEvent::Begins(_) = event {
            begun.push(start.elapsed().as_millis());
        }
    });
    let summary = campaign.run(list(8)).await.unwrap();
    assert_eq!(summary.sent, 8);
    assert_eq!(begun, [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
}

/// A server that is down until a moment, and then loses all that were under way.
struct DownUntil(Instant);

impl mail::campaign::Connector for DownUntil {
    type Connection = DownUntil;

    async fn connect(&self) -> Result<DownUntil, String> {
        Ok(DownUntil(self.0))
    }
}

impl mail::campaign::MailConnection for DownUntil {
    async fn deliver(&mut self, _: &mail::campaign::Recipient) -> mail::campaign::AttemptOutcome {
        if Instant::now() >= self.0 {
            return mail::campaign::AttemptOutcome::Sent;
        }
        sleep_until(self.0).await;
        mail::campaign::AttemptOutcome::Lost("it has been restarted".into())
    }

    fn is_usable(&self) -> bool {
        true
    }

    async fn close(self) {}
}

#[tokio::test(start_paused = true)]
async fn mails_that_wait_for_the_same_moment_begin_one_after_the_other_too() {
    let start = Instant::now();
    let mut settings = settings(10);
    settings.per_second = std::num::NonZeroU32::new(1);
    settings.backoff.first = Duration::from_secs(30);
    let server = DownUntil(start + Duration::from_secs(20));
    let mut begun = vec![];
    let campaign = Campaign::new(server, settings).on_event(|event| {
        if let mail::campaign::CampaignEvent::Begins(_) = event {
            begun.push(start.elapsed().as_millis());
        }
    });
    let summary = campaign.run(list(10)).await.unwrap();
    assert_eq!(summary.sent, 10);
    // Ten seconds for the first attempts; at 20 all are lost, and at 50 all are due again.
    let expected: Vec<u128> = (0..10).chain(50..60).map(|second| 1000 * second).collect();
    assert_eq!(begun, expected);
}
