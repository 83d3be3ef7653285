//! How a campaign ends that does not come to the end of its list, and what it says then.
use crate::post::{Act, Post, list, not_now, recipient, refused, settings};
use mail::campaign::{Campaign, CampaignEvent, EarlyEnd, FailedList, ListError, RecipientFile};
use std::{io, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

async fn stop_after(ms: u64, stop: &CancellationToken) {
    sleep(Duration::from_millis(ms)).await;
    stop.cancel();
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_what_is_in_flight_and_is_told_what_was_not_sent() {
    let (post, stop) = (Post::new(100).act(1, [not_now()]), CancellationToken::new());
    let summary = tokio::select! {
        () = stop_after(350, &stop) => unreachable!(),
        summary = Campaign::new(&post, settings(2)).stop(stop.clone()).run(list(100)) => {
            summary.unwrap()
        }
    };
    assert_eq!(post.now(), 400, "two were in flight");
    assert_eq!(post.mails().keys().copied().collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    assert!(matches!(summary.stopped, Some(EarlyEnd::Asked)));
    assert_eq!(summary.waiting, [recipient(1)], "refused for now, and not tried again");
    assert!(!summary.all_sent());
    assert_eq!((summary.sent, summary.next), (7, Some(recipient(9))));
    assert_eq!(post.closed.get(), 2, "goodbye was said");
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_those_that_wait() {
    let (post, stop) = (Post::new(100).act(1, [not_now()]), CancellationToken::new());
    let summary = tokio::select! {
        () = stop_after(500, &stop) => unreachable!(),
        summary = Campaign::new(&post, settings(2)).stop(stop.clone()).run(list(1)) => {
            summary.unwrap()
        }
    };
    assert_eq!(post.now(), 500);
    assert_eq!((summary.waiting, summary.next), (vec![recipient(1)], None));
}

#[tokio::test(start_paused = true)]
async fn a_stop_when_all_is_sent_has_not_stopped_anything() {
    let (post, stop) = (Post::new(100), CancellationToken::new());
    let summary = tokio::select! {
        () = stop_after(50, &stop) => unreachable!(),
        summary = Campaign::new(&post, settings(2)).stop(stop.clone()).run(list(2)) => {
            summary.unwrap()
        }
    };
    assert!(summary.all_sent(), "{summary:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_server_no_recipient_is_taken_from_the_list() {
    let post = Post::new(100);
    post.connect_failures.set(usize::MAX);
    let mut reasons = vec![];
    let campaign = Campaign::new(&post, settings(1)).on_event(|event| match event {
        CampaignEvent::NotConnected(why) => reasons.push(why.to_owned()),
        event => panic!("{event:?}"),
    });
    let summary = campaign.run(list(100)).await.unwrap();
    assert_eq!(*post.tried_to_connect.borrow(), [0, 1000, 3000], "three attempts");
    assert_eq!(reasons, ["no server listens"; 3]);
    assert!(
        matches!(&summary.stopped, Some(EarlyEnd::NoConnection(why))
            if why == "no server listens"),
        "{summary:?}"
    );
    assert_eq!((summary.taken_up_to, summary.next), (0, Some(recipient(1))));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_comes_late_is_waited_for() {
    let post = Post::new(100);
    post.connect_failures.set(2);
    let summary = Campaign::new(&post, settings(1)).run(list(2)).await.unwrap();
    assert_eq!((summary.all_sent(), post.now()), (true, 3200));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_fewer_connections_gets_fewer() {
    let post = Post::new(100);
    post.connections_left.set(2);
    let summary = Campaign::new(&post, settings(5)).run(list(100)).await.unwrap();
    assert!(summary.all_sent(), "{summary:?}");
    assert_eq!((post.peak.get(), post.now()), (2, 5000));
}

#[tokio::test(start_paused = true)]
async fn no_worker_waits_for_a_connection_that_is_not_needed_any_more() {
    let post = Post::new(100);
    post.connections_left.set(1);
    let summary = Campaign::new(&post, settings(2)).run(list(3)).await.unwrap();
    assert!(summary.all_sent());
    assert_eq!(post.now(), 300, "the second attempt to connect would have been at 1,000 ms");
}

#[tokio::test(start_paused = true)]
async fn a_recipient_is_not_lost_when_the_connection_breaks_for_good() {
    // The mail is in the middle when the server goes away, and does not come back.
    let post = Post::new(100).act(3, [Act::HangUp]);
    post.connections_left.set(1);
    let summary = Campaign::new(&post, settings(1)).run(list(5)).await.unwrap();
    assert!(matches!(&summary.stopped, Some(EarlyEnd::NoConnection(_))), "{summary:?}");
    assert_eq!(
        (summary.sent, summary.waiting, summary.next),
        (2, vec![recipient(3)], Some(recipient(4)))
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_ends_the_campaign_after_those_that_were_on_it() {
    let post = Post::new(100);
    let broken = std::iter::once(Err(ListError::Unreadable(io::Error::other("the disk is gone"))));
    let summary = Campaign::new(&post, settings(2)).run(list(3).chain(broken)).await.unwrap();
    assert_eq!(post.mails().len(), 3, "what was in flight is finished");
    assert!(matches!(&summary.stopped, Some(EarlyEnd::List(error))
            if error.to_string() == "the disk is gone"));
    assert!(!summary.all_sent());
}

#[tokio::test(start_paused = true)]
async fn bad_lines_are_reported_with_their_number_and_skipped() {
    let text = "ann@example.org\nbob\n\n# friends\ncy@example.org\n";
    let post = Post::new(100);
    let mut bad = vec![];
    let campaign = Campaign::new(&post, settings(2)).on_event(|event| {
        if let CampaignEvent::BadLine(number, _) = event {
            bad.push(number);
        }
    });
    let summary = campaign.run(RecipientFile::from_reader(text.as_bytes())).await.unwrap();
    assert_eq!((summary.sent, summary.bad_lines, summary.all_sent()), (2, 1, false));
    assert_eq!(post.mails().keys().copied().collect::<Vec<_>>(), [1, 5]);
    assert_eq!(bad, [2]);
}

#[tokio::test(start_paused = true)]
async fn those_without_a_mail_stand_in_a_list_that_can_be_sent_to_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed");
    let post = Post::new(100)
        .act(1, [refused()])
        .act(2, [not_now(), not_now(), not_now()])
        .act(4, [Act::SwallowAndHangUp]);
    let failed = FailedList::open(&path, false).unwrap();
    let another = FailedList::open(&path, false).err().expect("it is open");
    assert_eq!(another.to_string(), "it is in use by another process");
    Campaign::new(&post, settings(1)).failed(failed).run(list(4)).await.unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "# line 1: refused: 550 no such user\nr1@example.org\n\
         # line 4: in doubt, may have been sent: closed before the reply\nr4@example.org\n\
         # line 2: given up: 451 later\nr2@example.org\n"
    );
    let again: Vec<String> = RecipientFile::open(&path)
        .unwrap()
        .map(|entry| entry.unwrap().address.to_string())
        .collect();
    assert_eq!(again, ["r1@example.org", "r4@example.org", "r2@example.org"]);
}

#[tokio::test(start_paused = true)]
async fn those_that_still_waited_when_it_was_stopped_stand_in_that_list_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failed");
    let (post, stop) = (Post::new(100).act(1, [not_now()]), CancellationToken::new());
    let failed = FailedList::open(&path, false).unwrap();
    tokio::select! {
        () = stop_after(150, &stop) => unreachable!(),
        summary = Campaign::new(&post, settings(1))
            .failed(failed)
            .stop(stop.clone())
            .run(list(2)) => drop(summary.unwrap()),
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "# line 1: given up: not tried again: 451 later\nr1@example.org\n"
    );
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_are_told_in_the_order_of_the_list() {
    // The first has failed twice, and is due later than the others.
    let mut post = Post::new(100);
    for number in 1..=5 {
        post = post.act(number, [not_now(), not_now(), not_now()]);
    }
    let stop = CancellationToken::new();
    let summary = tokio::select! {
        () = stop_after(1250, &stop) => unreachable!(),
        summary = Campaign::new(&post, settings(1)).stop(stop.clone()).run(list(5)) => {
            summary.unwrap()
        }
    };
    assert_eq!(post.attempts_for(1).len(), 2);
    assert_eq!(summary.waiting, [1, 2, 3, 4, 5].map(recipient));
}
