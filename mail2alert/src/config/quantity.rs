//! Durations and sizes as people write them: `30 s`, `10 MB`. They are read by `humantime` and
//! `bytesize`; what is here is what makes no sense in a configuration.
use bytesize::ByteSize;
use std::time::Duration;

/// Reads a duration, such as `500 ms`, `30 s`, `5 min`, `2 h`, `5 days` or `1 h 30 min`.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const YEAR: Duration = Duration::from_secs(366 * 86_400);
    let duration = humantime::parse_duration(text.trim())
        .map_err(|error| format!("{text:?} is no length of time: {error}"))?;
    match duration {
        Duration::ZERO => Err(format!("{text:?} is no time at all")),
        duration if duration > YEAR => Err(format!("{text:?} is more than a year")),
        duration => Ok(duration),
    }
}

/// Reads a size, such as `64 kB` or `10 MB`; a kB has 1,000 bytes, and a KiB 1,024.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn parse_size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    if !text.ends_with(['B', 'b']) {
        return Err(format!("{text:?} has no unit of size, such as B, kB, MB or GB"));
    }
    let size: ByteSize = text.parse().map_err(|error| format!("{text:?} is no size: {error}"))?;
    match usize::try_from(size.as_u64()) {
        Ok(0) | Err(_) => Err(format!("{text:?} is no size")),
        // Beyond what any machine has, and where it is rounded.
        Ok(usize::MAX) => Err(format!("{text:?} is no size")),
        Ok(size) => Ok(size),
    }
}

/// Writes a duration as [`parse_duration`] reads it.
pub fn duration(duration: Duration) -> String {
    // With a space between number and unit, as in the configuration that is shipped.
    let mut text = String::new();
    for c in humantime::format_duration(duration).to_string().chars() {
        if c.is_alphabetic() && text.ends_with(|before: char| before.is_ascii_digit()) {
            text.push(' ');
        }
        text.push(c);
    }
    // humantime writes minutes as `m`, which a reader may take for months.
    let words: Vec<&str> =
        text.split(' ').map(|word| if word == "m" { "min" } else { word }).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in ["500 ms", "30 s", "1 min 30 s", "5 min", "2 h", "1 day", "5 days"] {
            assert_eq!(parse_duration(text).map(duration), Ok(text.to_owned()));
        }
        for (text, size) in [
            ("1 B", 1),
            ("1024 B", 1024),
            ("64 kB", 64_000),
            ("1 KiB", 1024),
            ("10 MB", 10_000_000),
            ("1 GB", 1_000_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(size));
        }
        assert_eq!(parse_duration(" 5min"), Ok(Duration::from_secs(300)));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in
            ["", "s", "5", "-5 s", "0 s", "367 days", "99999999999999999999 s", "99999999999999 h"]
        {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
        for text in ["", "MB", "5", "0 B", "99999999999999999999 B", "99999999999999999 GB"] {
            assert!(parse_size(text).is_err(), "{text:?}");
        }
    }
}
