//! What its command line means.
use crate::send_millions::options::{Options, Wanted, parse};
use mail::campaign::IfInDoubt;
use std::time::Duration;

fn words(line: &str) -> Wanted {
    parse(line.split_whitespace().map(Into::into))
}

fn options(line: &str) -> Box<Options> {
    match words(line) {
        Wanted::Campaign(options) => options,
        Wanted::Nothing(error) => panic!("{line}: {error}"),
        _ => panic!("{line} sends no mail"),
    }
}

#[test]
fn without_options_or_with_those_of_all_examples_it_shows_its_scenes() {
    for line in ["", "--fast", "--svg file", "--svg=file --fast", "--no-timeline"] {
        assert!(matches!(words(line), Wanted::Scenes), "{line}");
    }
    for line in ["--help", "-h", "--count 5 --help"] {
        assert!(matches!(words(line), Wanted::Help), "{line}");
    }
}

#[test]
fn options_mean_what_the_help_says() {
    let all = options(
        "--count 7 --server localhost:2525 --connections 3 --from a@b --subject Hello \
            --failed f --resume r \
         --again-if-in-doubt --attempts 2 --backoff 0.5 --timeout 3",
    );
    assert_eq!(
        (all.count, all.server.as_deref(), all.subject.as_str()),
        (7, Some("localhost:2525"), "Hello")
    );
    assert_eq!((all.settings.connections.get(), all.settings.attempts.get()), (3, 2));
    assert_eq!(
        (all.settings.backoff.first, all.timeout),
        (Duration::from_millis(500), Duration::from_secs(3))
    );
    assert_eq!(
        (all.from.address().as_str(), all.settings.if_in_doubt),
        ("a@b", IfInDoubt::SendAgain)
    );
    let plain = options("--recipients list");
    assert_eq!((plain.settings.connections.get(), plain.settings.attempts.get()), (10, 5));
    assert_eq!(
        (plain.settings.backoff.first, plain.timeout),
        (Duration::from_secs(1), Duration::from_secs(60))
    );
    assert_eq!(
        (plain.from.address().as_str(), plain.settings.if_in_doubt),
        ("news@example.org", IfInDoubt::Leave)
    );
    assert_eq!(options("-c 1").count, 100_000);
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    for (line, why) in [
        ("--cuont 5", "invalid option '--cuont'"),
        ("--count five", "cannot parse argument \"five\""),
        ("--count", "missing argument for option '--count'"),
        ("--connections 0", "cannot parse argument \"0\""),
        ("-c 10001", "there cannot be more than 10000 connections"),
        ("--attempts 0", "cannot parse argument \"0\""),
        ("--from news", "an address needs an @"),
        ("--backoff -1", "it is not a length of time"),
        ("--backoff soon", "it is not a number of seconds"),
        ("--count 5 --recipients list", "cannot both name the recipients"),
        ("--count 5 --fast", "--fast belongs to the timelines"),
        ("list", "unexpected argument \"list\""),
    ] {
        let Wanted::Nothing(error) = words(line) else { panic!("{line} is not refused") };
        let error = error.to_string();
        assert!(error.contains(why), "{line}: {error}");
        assert_eq!(error.lines().count(), 1, "{line}: {error}");
    }
}
