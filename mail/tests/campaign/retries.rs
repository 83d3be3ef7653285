//! What is refused for now is tried again: after which time, how often, and how many at once.
use crate::post::{Act, Post, list, not_now, refused, settings};
use mail::campaign::{
    AttemptOutcome, Backoff, Campaign, CampaignEvent, IfInDoubt, RecipientOutcome, Settings,
};
use std::{cell::Cell, num::NonZeroUsize, time::Duration};

#[tokio::test(start_paused = true)]
async fn a_refusal_for_now_is_tried_again_after_1_s_and_2_s() {
    let post = Post::new(100).act(2, [not_now(), not_now()]);
    let summary = Campaign::new(&post, settings(2)).run(list(3)).await.unwrap();
    // 0 to 100 the first attempt; then 1 s; 1100 to 1200 the second; then 2 s.
    assert_eq!(post.attempts_for(2), [0, 1100, 3200]);
    assert_eq!(post.now(), 3300);
    assert!(summary.all_sent());
}

#[tokio::test(start_paused = true)]
async fn a_recipient_that_is_refused_for_now_three_times_is_given_up() {
    let post = Post::new(100).act(2, [not_now(), not_now(), not_now(), not_now()]);
    let mut outcomes = vec![];
    let campaign = Campaign::new(&post, settings(1)).on_event(|event| {
        if let CampaignEvent::Ends(recipient, outcome) = event {
            outcomes.push((recipient.number, outcome.clone()));
        }
    });
    let summary = campaign.run(list(2)).await.unwrap();
    assert_eq!(post.attempts_for(2), [100, 1200, 3300]);
    assert_eq!((summary.sent, summary.gave_up, summary.all_sent()), (1, 1, false));
    assert_eq!(
        outcomes,
        [(1, RecipientOutcome::Sent), (2, RecipientOutcome::GaveUp("451 later".into()))]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_tried_again_and_the_others_get_their_mail() {
    let post = Post::new(100).act(1, [refused()]);
    let summary = Campaign::new(&post, settings(1)).run(list(3)).await.unwrap();
    assert_eq!(post.attempts_for(1), [0]);
    assert_eq!((summary.sent, summary.refused), (2, 1));
    assert_eq!(post.now(), 300);
    assert_eq!(post.connected.get(), 1, "a refusal is no reason for another connection");
}

#[tokio::test(start_paused = true)]
async fn while_one_waits_the_others_are_sent_to() {
    let post = Post::new(100).act(1, [not_now()]);
    Campaign::new(&post, settings(1)).run(list(4)).await.unwrap();
    assert_eq!(*post.got.borrow(), [(200, 2), (300, 3), (400, 4), (1200, 1)]);
}

#[test]
fn waits_double_up_to_the_longest() {
    let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) };
    let seconds: Vec<u64> = (1..=8).map(|attempts| backoff.after(attempts).as_secs()).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(backoff.after(u32::MAX), backoff.longest);
}

#[tokio::test(start_paused = true)]
async fn no_more_are_taken_than_may_wait() {
    let mut post = Post::new(1);
    for number in 1..=1000 {
        post = post.act(number, [not_now()]);
    }
    let settings = Settings { most_waiting: NonZeroUsize::new(20).unwrap(), ..settings(4) };
    let (pulled, ended, most) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let list = list(1000).inspect(|_| {
        pulled.set(pulled.get() + 1);
        most.set(most.get().max(pulled.get() - ended.get()));
    });
    let campaign = Campaign::new(&post, settings).on_event(|event| {
        if let CampaignEvent::Ends(..) = event {
            ended.set(ended.get() + 1);
        }
    });
    assert!(campaign.run(list).await.unwrap().all_sent());
    assert_eq!(most.get(), 19 + 4, "19 wait, which is one less than may, and 4 are in flight");
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_replaced_and_its_mail_sent_again() {
    let post = Post::new(100).act(1, [Act::HangUp]);
    let summary = Campaign::new(&post, settings(1)).run(list(2)).await.unwrap();
    assert_eq!(*post.got.borrow(), [(200, 2), (1200, 1)]);
    assert_eq!(post.connected.get(), 2);
    assert!(summary.all_sent());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_server_closes_after_some_mails_costs_no_attempt_and_no_time() {
    let post = Post::new(100);
    post.mails_per_connection.set(3);
    let mut waits = 0;
    let campaign = Campaign::new(&post, settings(1)).on_event(|event| {
        if let CampaignEvent::Waits { .. } = event {
            waits += 1;
        }
    });
    let summary = campaign.run(list(10)).await.unwrap();
    assert!(summary.all_sent());
    assert_eq!((post.now(), post.connected.get(), waits), (1000, 4, 0));
    assert!(post.mails().values().all(|mails| *mails == 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_doubt_is_left_at_that_and_reported() {
    let post = Post::new(100).act(1, [Act::SwallowAndHangUp]);
    let summary = Campaign::new(&post, settings(1)).run(list(3)).await.unwrap();
    assert_eq!((summary.sent, summary.in_doubt, summary.all_sent()), (2, 1, false));
    assert_eq!(post.mails()[&1], 1, "at most one mail");
    assert_eq!(post.connected.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_doubt_is_sent_again_if_one_asks_for_it() {
    let settings = Settings { if_in_doubt: IfInDoubt::SendAgain, ..settings(1) };
    let post = Post::new(100).act(1, [Act::SwallowAndHangUp]);
    let summary = Campaign::new(&post, settings.clone()).run(list(1)).await.unwrap();
    assert_eq!((summary.sent, summary.in_doubt), (1, 0));
    assert_eq!(post.mails()[&1], 2, "at least one mail");

    // Once in doubt, it stays so until the server says that it has the mail.
    let post = Post::new(100).act(1, [Act::SwallowAndHangUp, refused()]);
    let summary = Campaign::new(&post, settings.clone()).run(list(1)).await.unwrap();
    assert_eq!((summary.sent, summary.refused, summary.in_doubt), (0, 0, 1));
    let post = Post::new(100).act(1, [Act::SwallowAndHangUp, not_now(), not_now()]);
    let summary = Campaign::new(&post, settings).run(list(1)).await.unwrap();
    assert_eq!((summary.sent, summary.gave_up, summary.in_doubt), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_answered_with_sent_counts_at_once() {
    let post = Post::new(100).act(1, [Act::Answer(AttemptOutcome::Sent)]);
    assert_eq!(Campaign::new(&post, settings(1)).run(list(1)).await.unwrap().sent, 1);
    assert_eq!(post.attempts_for(1), [0]);
}
