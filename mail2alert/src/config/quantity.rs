//! Durations and sizes as people write them: `30 s`, `10 MB`.
use std::time::Duration;

/// Reads a duration, such as `500 ms`, `30 s`, `5 min`, `2 h` or `5 days`.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text)?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "day" | "days" => 86_400_000,
        _ => return Err(format!("{text:?} has no unit of time: ms, s, min, h or days")),
    };
    match number.checked_mul(unit) {
        Some(0) => Err(format!("{text:?} is no time at all")),
        Some(ms) if ms <= 366 * 86_400_000 => Ok(Duration::from_millis(ms)),
        _ => Err(format!("{text:?} is more than a year")),
    }
}

/// Reads a size, such as `64 kB` or `10 MB`; a kB has 1,000 bytes.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn parse_size(text: &str) -> Result<usize, String> {
    let (number, unit) = split(text)?;
    let unit = match unit {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(format!("{text:?} has no unit of size: B, kB, MB or GB")),
    };
    let size = number.checked_mul(unit).and_then(|bytes| usize::try_from(bytes).ok());
    size.filter(|&bytes| bytes > 0).ok_or_else(|| format!("{text:?} is no size"))
}

fn split(text: &str) -> Result<(u64, &str), String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits]
        .parse()
        .map_err(|_| format!("{text:?} does not begin with a whole number"))?;
    Ok((number, text[digits..].trim_start()))
}

/// Writes a duration as [`parse_duration`] reads it.
pub fn duration(duration: Duration) -> String {
    let ms = duration.as_millis();
    let units = [("days", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)];
    let (unit, length) = units
        .into_iter()
        .find(|(_, length)| ms > 0 && ms.is_multiple_of(*length))
        .unwrap_or(("ms", 1));
    let unit = if unit == "days" && ms == length { "day" } else { unit };
    format!("{} {unit}", ms / length)
}

/// Writes a size as [`parse_size`] reads it.
pub fn size(bytes: usize) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    let (unit, length) = units
        .into_iter()
        .find(|(_, length)| bytes > 0 && bytes.is_multiple_of(*length))
        .unwrap_or(("B", 1));
    format!("{} {unit}", bytes / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in ["500 ms", "30 s", "90 s", "5 min", "2 h", "1 day", "5 days"] {
            assert_eq!(parse_duration(text).map(duration), Ok(text.to_owned()));
        }
        for text in ["1 B", "1024 B", "64 kB", "10 MB", "1 GB"] {
            assert_eq!(parse_size(text).map(size), Ok(text.to_owned()));
        }
        assert_eq!(parse_duration(" 5min"), Ok(Duration::from_secs(300)));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "",
            "s",
            "5",
            "5 m",
            "-5 s",
            "1.5 s",
            "0 s",
            "367 days",
            "99999999999999999999 s",
            "99999999999999 h",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
        for text in ["", "MB", "5", "5 mb", "0 B", "99999999999999999999 B", "99999999999999999 GB"]
        {
            assert!(parse_size(text).is_err(), "{text:?}");
        }
    }
}
