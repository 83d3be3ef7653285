//! The clock of a run, and how a time on it is written: what recording and drawing share.
use std::time::Duration;

/// Which clock a run is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "draw", serde(rename_all = "snake_case"))]
pub enum Clock {
    /// Tokio's paused clock: time passes at once when no lane has anything to do, and is exact.
    #[default]
    Paused,
    /// The wall clock.
    Real,
}

/// A time in a suitable unit: `0`, `300 µs`, `1.5 ms`, `200 ms`, `1.5 s`, `2 min 5 s`, `1 h`.
///
/// What is not zero is never called `0`. Parts that are too small to matter are cut off.
pub fn human(time: Duration) -> String {
    let ns = time.as_nanos();
    let ms = time.as_millis();
    // The unit is chosen by the whole milliseconds: fractions only matter below a hundred of them.
    match ms {
        0 if ns == 0 => "0".into(),
        0 if ns < 1000 => format!("{ns} ns"),
        0 => format!("{} µs", ns / 1000),
        // A tenth of a millisecond is worth saying as long as the milliseconds are few.
        1..100 if ns % 1_000_000 >= 100_000 => {
            format!("{ms}.{} ms", ns % 1_000_000 / 100_000)
        }
        1..1000 => format!("{ms} ms"),
        // As a decimal, so that 1,234 ms is `1.234 s` and 2,000 ms is `2 s`.
        1000..60_000 => format!("{} s", ms as f64 / 1000.0),
        60_000..3_600_000 => with_the_rest(format!("{} min", ms / 60_000), ms % 60_000),
        _ => with_the_rest(format!("{} h", ms / 3_600_000), ms % 3_600_000),
    }
}

/// `1 min`, or `1 min 5 s`: a rest of zero is left out.
fn with_the_rest(large: String, milliseconds: u128) -> String {
    if milliseconds == 0 {
        return large;
    }
    format!("{large} {}", human(Duration::from_millis(milliseconds as u64)))
}

/// Times as whole nanoseconds: exact, and a number in every language.
#[cfg(feature = "draw")]
pub(crate) mod nanoseconds {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    // 64 bits have room for 584 years: a longer time is written as the longest that fits.
    pub fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_nanos)
    }
}

/// The same for a time that may not be known. Where it is not, the field is left out.
#[cfg(feature = "draw")]
pub(crate) mod nanoseconds_if_known {
    use serde::{Deserializer, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::nanoseconds::serialize(&time.unwrap_or_default(), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::nanoseconds::deserialize(deserializer).map(Some)
    }
}
