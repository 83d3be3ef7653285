//! Threat 26, measured: a million recipients that are made as they are needed, in the memory of a
//! few. One test, since it looks at the process that it runs in.
#![cfg(target_os = "linux")]
use mail::campaign::{
    Campaign, CampaignJournal, CampaignSummary, Discard, Settings, made_up_recipients,
};
use std::{cell::Cell, fs, num::NonZeroUsize};
use tokio::task::yield_now;

/// The most memory that this process has ever had, in MB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it is there");
    let kilobytes: u64 =
        line.trim().strip_suffix(" kB").expect("in kB").trim().parse().expect("a number");
    kilobytes.div_ceil(1000)
}

const CONNECTIONS: usize = 100;

/// Sends to all of a list, and returns how many mails at most came between two polls of another
/// task.
async fn send(campaign: Campaign<'_, Discard>, count: u64) -> (CampaignSummary, u64) {
    let (taken, last, most) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let neighbour = async {
        loop {
            most.set(most.get().max(taken.get() - last.replace(taken.get())));
            yield_now().await;
        }
    };
    let list = made_up_recipients(count).inspect(|_| taken.set(taken.get() + 1));
    let summary = tokio::select! {
        biased;
        () = neighbour => unreachable!("it has no end"),
        summary = campaign.run(list) => summary.expect("it is the same list"),
    };
    assert_eq!(taken.get(), count);
    (summary, most.get())
}

#[tokio::test(flavor = "current_thread")]
async fn a_million_recipients_take_no_more_memory_than_a_few() {
    let settings = Settings {
        connections: NonZeroUsize::new(CONNECTIONS).expect("it is not 0"),
        ..Settings::default()
    };
    let (summary, most) = send(Campaign::new(Discard, settings.clone()), 1_000_000).await;
    assert_eq!(summary.sent, 1_000_000);
    assert!(most <= 128, "{most} mails before others had the thread");
    assert!(peak() < 20, "{} MB for a million recipients", peak());

    // With a journal, and when that is gone on with, which means to read all of it.
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let path = folder.path().join("journal");
    for count in [30_000, 33_000] {
        let campaign = Campaign::new(Discard, settings.clone())
            .journal(CampaignJournal::open(&path).expect("it is one"));
        let (summary, most) = send(campaign, count).await;
        assert_eq!(summary.sent, count);
        assert!(most <= 128, "{most} recipients before others had the thread");
    }
    assert!(
        peak() < 20,
        "{} MB with a journal of {} bytes",
        peak(),
        fs::metadata(&path).expect("it is there").len()
    );
}
