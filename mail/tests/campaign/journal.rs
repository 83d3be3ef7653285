//! A run that goes on with a journal sends to no recipient twice and forgets none, wherever the run
//! before was cut.
use crate::post::{Act, Post, list, not_now, recipient, refused, settings};
use mail::campaign::{
    Campaign, CampaignJournal, IfInDoubt, JournalError, ListError, Progress, Recipient, Record,
    ResumeError, Settings, Unfinished,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

type List = Box<dyn Iterator<Item = Result<Recipient, ListError>>>;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A post office that does something different with each kind of recipient.
fn post() -> Post {
    let mut post = Post::new(10);
    for number in 1..=60 {
        post = match number % 10 {
            3 => post.act(number, [refused()]),
            5 => post.act(number, [not_now()]),
            6 => post.act(number, [not_now(), not_now(), not_now()]),
            8 => post.act(number, [Act::HangUp]),
            9 => post.act(number, [Act::SwallowAndHangUp]),
            _ => post,
        };
    }
    post
}

/// Numbers by what the journal says of them; those in flight there stand under "open".
fn outcomes(path: &Path) -> BTreeMap<u64, String> {
    let mut outcomes = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines().skip(1) {
        let words: Vec<&str> = line.split(' ').collect();
        let outcome = match words[1] {
            "take" | "retry" => "open",
            outcome => outcome,
        };
        outcomes.insert(words[2].parse().unwrap(), outcome.to_owned());
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_time_goes_on_without_sending_twice() {
    let settings = Settings { if_in_doubt: IfInDoubt::Leave, ..settings(4) };
    // Undisturbed: what each gets, and how long it takes.
    let undisturbed = post();
    Campaign::new(&undisturbed, settings.clone()).run(list(60)).await.unwrap();
    let whole = undisturbed.now();
    assert!(whole > 3000, "there are retries: {whole} ms");

    for cut in (0..200).chain((200..whole).step_by(37)) {
        let folder = folder();
        let path = folder.path().join("journal");
        let post = post();
        // What is dropped in the middle can do nothing more: as if killed.
        let campaign =
            Campaign::new(&post, settings.clone()).journal(CampaignJournal::open(&path).unwrap());
        let cut_at = Duration::from_millis(cut) + Duration::from_micros(500);
        assert!(timeout(cut_at, campaign.run(list(60))).await.is_err(), "cut at {cut} ms");

        let in_flight: BTreeSet<u64> = outcomes(&path)
            .into_iter()
            .filter(|(_, outcome)| outcome == "open")
            .map(|(number, _)| number)
            .collect();
        assert!(in_flight.len() <= 4, "in flight when it was cut at {cut} ms: {in_flight:?}");
        let in_doubt_before = CampaignJournal::open(&path).unwrap().1.in_doubt;

        let campaign =
            Campaign::new(&post, settings.clone()).journal(CampaignJournal::open(&path).unwrap());
        let summary = campaign.run(list(60)).await.unwrap();
        let mails = post.mails();
        assert!(
            mails.values().all(|mails| *mails == 1),
            "a recipient got two mails, cut at {cut} ms"
        );
        for (number, outcome) in outcomes(&path) {
            match outcome.as_str() {
                "sent" => assert!(mails.contains_key(&number), "{number}, cut at {cut} ms"),
                "refused" | "gave-up" => {
                    assert!(!mails.contains_key(&number), "{number}, cut at {cut} ms")
                }
                "in-doubt" => assert!(
                    number % 10 == 9 || in_flight.contains(&number),
                    "{number}, cut at {cut} ms"
                ),
                outcome => panic!("{number} is left as {outcome}, cut at {cut} ms"),
            }
        }
        assert_eq!(outcomes(&path).len(), 60, "cut at {cut} ms");
        let ended = summary.sent + summary.refused + summary.gave_up + summary.in_doubt;
        assert_eq!(
            (ended, summary.waiting.len()),
            (60, 0),
            "the summary counts all runs; cut at {cut} ms"
        );
        assert!(summary.in_doubt >= in_doubt_before);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_in_flight_is_sent_again_only_on_request() {
    for (if_in_doubt, again) in [(IfInDoubt::Leave, false), (IfInDoubt::SendAgain, true)] {
        let (folder, post) = (folder(), Post::new(100));
        let path = folder.path().join("journal");
        let settings = Settings { if_in_doubt, ..settings(2) };
        let campaign =
            Campaign::new(&post, settings.clone()).journal(CampaignJournal::open(&path).unwrap());
        assert!(timeout(Duration::from_millis(250), campaign.run(list(10))).await.is_err());
        assert_eq!(post.mails().len(), 4);

        let campaign =
            Campaign::new(&post, settings).journal(CampaignJournal::open(&path).unwrap());
        let summary = campaign.run(list(10)).await.unwrap();
        assert_eq!((post.mails().contains_key(&5), post.mails().contains_key(&6)), (again, again));
        assert_eq!((summary.sent, summary.in_doubt), if again { (10, 0) } else { (8, 2) });
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_count_over_all_runs() {
    let (folder, post) =
        (folder(), Post::new(100).act(1, [not_now(), not_now(), not_now(), not_now()]));
    let path = folder.path().join("journal");
    let stop = CancellationToken::new();
    let campaign = Campaign::new(&post, settings(1))
        .journal(CampaignJournal::open(&path).unwrap())
        .stop(stop.clone());
    let summary = tokio::select! {
        () = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            stop.cancel();
            std::future::pending().await
        } => unreachable!(),
        summary = campaign.run(list(1)) => summary.unwrap(),
    };
    assert_eq!(post.attempts_for(1).len(), 2);
    assert_eq!(summary.waiting, [recipient(1)]);
    let campaign = Campaign::new(&post, settings(1)).journal(CampaignJournal::open(&path).unwrap());
    let summary = campaign.run(list(1)).await.unwrap();
    assert_eq!(
        (post.attempts_for(1).len(), summary.gave_up),
        (3, 1),
        "three attempts, of which two in the first run"
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_after_the_last_one_sends_nothing() {
    let (folder, post) = (folder(), Post::new(10));
    let path = folder.path().join("journal");
    for _ in 0..3 {
        let campaign =
            Campaign::new(&post, settings(3)).journal(CampaignJournal::open(&path).unwrap());
        let summary = campaign.run(list(20)).await.unwrap();
        assert!(summary.all_sent());
        assert_eq!(summary.sent, 20);
    }
    assert_eq!(post.attempts.borrow().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_has_grown_at_its_end_is_gone_on_with() {
    let (folder, post) = (folder(), Post::new(10));
    let path = folder.path().join("journal");
    for count in [20, 30] {
        let campaign =
            Campaign::new(&post, settings(3)).journal(CampaignJournal::open(&path).unwrap());
        assert_eq!(campaign.run(list(count)).await.unwrap().sent, count);
    }
    assert_eq!(post.attempts.borrow().len(), 30);
}

#[tokio::test(start_paused = true)]
async fn another_list_is_refused_before_anything_is_sent() {
    let (folder, post) = (folder(), Post::new(10));
    let path = folder.path().join("journal");
    let campaign = Campaign::new(&post, settings(3)).journal(CampaignJournal::open(&path).unwrap());
    campaign.run(list(20)).await.unwrap();
    let before = fs::read(&path).unwrap();

    let without_the_seventh = list(30).filter(|entry| entry.as_ref().unwrap().number != 7);
    let another_seventh = list(30).map(|entry| match entry.unwrap() {
        Recipient { number: 7, .. } => {
            Ok(Recipient { number: 7, address: "eve@example.org".parse().unwrap() })
        }
        recipient => Ok(recipient),
    });
    let lists: [(List, &str); 3] = [
        (
            Box::new(without_the_seventh),
            "r7@example.org on line 7, and the list has r8@example.org on line 8",
        ),
        (
            Box::new(another_seventh),
            "r7@example.org on line 7, and the list has eve@example.org on line 7",
        ),
        (Box::new(list(6)), "r7@example.org on line 7, and the list ends before"),
    ];
    for (list, why) in lists {
        let campaign =
            Campaign::new(&post, settings(3)).journal(CampaignJournal::open(&path).unwrap());
        let error = campaign.run(list).await.unwrap_err();
        assert!(matches!(error, ResumeError::AnotherList { .. }));
        assert!(error.to_string().ends_with(why), "{error}");
    }
    assert_eq!(post.attempts.borrow().len(), 20);
    assert_eq!(fs::read(&path).unwrap(), before, "nor is anything written into the journal");
}

/// The bytes of a journal with these records.
fn bytes_of(records: &[&str]) -> String {
    let line = |record: &&str| format!("{:08x} {record}\n", crc32fast::hash(record.as_bytes()));
    format!("campaign journal 2\n{}", records.iter().map(line).collect::<String>())
}

#[test]
fn a_torn_tail_is_cut_off_wherever_it_is_torn() {
    let folder = folder();
    let path = folder.path().join("journal");
    let text = bytes_of(&[
        "take 1 ann@example.org",
        "take 3 bob@example.org",
        "again 1 1 451 later",
        "sent 3",
        "retry 1",
        "in-doubt 1 gone",
    ]);
    for length in 0..=text.len() {
        fs::write(&path, &text[..length]).unwrap();
        let (_, progress) = CampaignJournal::open(&path).unwrap();
        let whole = text[..length].rfind('\n').map_or(0, |at| at + 1);
        let kept = &text[..whole];
        assert_eq!(fs::read_to_string(&path).unwrap(), kept, "torn after {length} bytes");
        let lines = kept.lines().count();
        let open =
            |entries: &[(u64, Unfinished)]| entries.iter().copied().collect::<BTreeMap<_, _>>();
        let expected = match lines {
            0 | 1 => Progress::default(),
            2 => Progress {
                taken_up_to: 1,
                open: open(&[(1, Unfinished::InFlight(0))]),
                ..Progress::default()
            },
            3 => {
                let open = open(&[(1, Unfinished::InFlight(0)), (3, Unfinished::InFlight(0))]);
                Progress { taken_up_to: 3, open, ..Progress::default() }
            }
            4 => {
                let open = open(&[(1, Unfinished::Waiting(1)), (3, Unfinished::InFlight(0))]);
                Progress { taken_up_to: 3, open, ..Progress::default() }
            }
            5 => Progress {
                taken_up_to: 3,
                open: open(&[(1, Unfinished::Waiting(1))]),
                sent: 1,
                ..Progress::default()
            },
            6 => Progress {
                taken_up_to: 3,
                open: open(&[(1, Unfinished::InFlight(1))]),
                sent: 1,
                ..Progress::default()
            },
            _ => Progress { taken_up_to: 3, sent: 1, in_doubt: 1, ..Progress::default() },
        };
        assert_eq!(progress, expected, "torn after {length} bytes");
    }
}

#[test]
fn what_is_written_after_a_torn_tail_begins_a_line_of_its_own() {
    let folder = folder();
    let path = folder.path().join("journal");
    fs::write(&path, "campaign journal 2\n12345678 take 1 ann@exa").unwrap();
    let (mut journal, _) = CampaignJournal::open(&path).unwrap();
    journal.note(Record::Take(1, "ann@example.org")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), bytes_of(&["take 1 ann@example.org"]));
}

#[test]
fn a_reason_of_several_lines_is_one_line() {
    let folder = folder();
    let path = folder.path().join("journal");
    let (mut journal, _) = CampaignJournal::open(&path).unwrap();
    journal.note(Record::Take(1, "ann@example.org")).unwrap();
    journal.note(Record::Refused(1, &format!("550 no\r\nsent 2{}", "!".repeat(100_000)))).unwrap();
    drop(journal);
    let (_, progress) = CampaignJournal::open(&path).unwrap();
    assert_eq!((progress.refused, progress.sent), (1, 0));
    assert!(fs::metadata(&path).unwrap().len() < 1000, "and a short one");
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("thesis");
    for text in
        ["My thesis", "My thesis\nis long\n", "campaign journal 10", "\n", "campaign journal 1\n"]
    {
        fs::write(&path, text).unwrap();
        assert!(
            matches!(CampaignJournal::open(&path), Err(JournalError::AnotherTitle(..))),
            "{text:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_line_that_cannot_be_is_named() {
    let folder = folder();
    let path = folder.path().join("journal");
    let impossible = [
        "sent 1",                     // it was never taken
        "take 1 a@b\nsent 1\nsent 1", // twice
        "take 2 a@b\ntake 1 a@b",     // backwards
        "take 1 a@b\nretry 1",        // it did not wait
        "take 1 a@b\nsent one",
        "take 1",
        "take 1 a@b\nagain 1 later",
        "take 1 a@b\n\u{0}\u{0}\u{0}\u{0}",
    ];
    for lines in impossible {
        let records: Vec<&str> = lines.lines().collect();
        fs::write(&path, bytes_of(&records)).unwrap();
        let last = lines.lines().count() as u64 + 1;
        match CampaignJournal::open(&path) {
            Err(JournalError::Damaged(_, line)) => assert_eq!(line, last, "{lines:?}"),
            _ => panic!("{lines:?} is taken for a journal"),
        }
    }
}

#[test]
fn an_endless_line_is_no_torn_tail() {
    let folder = folder();
    let path = folder.path().join("journal");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"campaign journal 2\n12345678 take 1 ").unwrap();
    file.write_all(&vec![b'x'; 100_000]).unwrap();
    assert!(matches!(CampaignJournal::open(&path), Err(JournalError::Damaged(_, 2))));
}

#[test]
fn two_runs_cannot_use_a_journal_at_the_same_time() {
    let folder = folder();
    let path = folder.path().join("journal");
    let first = CampaignJournal::open(&path).unwrap();
    assert!(matches!(CampaignJournal::open(&path), Err(JournalError::InUse(_))));
    drop(first);
    assert!(CampaignJournal::open(&path).is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_in_the_journal_while_a_connection_is_waited_for() {
    let folder = folder();
    let path = folder.path().join("journal");
    // The first is with a server that takes its time; the third is cut, and there is no second
    // connection for it.
    let post = Post::new(100).act(1, [Act::Takes(10_000)]).act(3, [Act::HangUp]);
    post.connections_left.set(2);
    let campaign = Campaign::new(&post, settings(2)).journal(CampaignJournal::open(&path).unwrap());
    assert!(timeout(Duration::from_secs(5), campaign.run(list(5))).await.is_err());
    let expected = [(1, "open"), (2, "sent"), (3, "again")]
        .map(|(number, outcome)| (number, outcome.to_owned()));
    assert_eq!(outcomes(&path), BTreeMap::from(expected));

    // In doubt, and then no connection.
    let folder = self::folder();
    let path = folder.path().join("journal");
    let post = Post::new(100).act(1, [Act::SwallowAndHangUp]);
    post.connections_left.set(1);
    let campaign = Campaign::new(&post, settings(1)).journal(CampaignJournal::open(&path).unwrap());
    assert!(timeout(Duration::from_millis(500), campaign.run(list(5))).await.is_err());
    assert_eq!(outcomes(&path), BTreeMap::from([(1, "in-doubt".to_owned())]));
}
