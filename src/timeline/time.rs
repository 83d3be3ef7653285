//! The clock of a run, and how a time on it is written: what recording and drawing share.
use std::time::Duration;

/// Which clock a run is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Tokio's paused clock: time passes at once when nobody has anything to do, and is exact.
    Paused,
    /// The wall clock.
    Real,
}

/// A time as one says it: `0`, `200 ms`, `1.5 s`, `2 min 5 s`, `1 h`.
pub fn human(time: Duration) -> String {
    let ms = time.as_millis();
    match (ms, ms / 60_000, ms % 60_000) {
        (0, ..) => "0".into(),
        (1..1000, ..) => format!("{ms} ms"),
        (1000..60_000, ..) => format!("{} s", ms as f64 / 1000.0),
        (_, minutes, rest) if ms < 3_600_000 => {
            followed(format!("{minutes} min"), Duration::from_millis(rest as u64))
        }
        (_, minutes, _) => {
            followed(format!("{} h", minutes / 60), Duration::from_millis((ms % 3_600_000) as u64))
        }
    }
}

fn followed(large: String, rest: Duration) -> String {
    if rest.is_zero() { large } else { format!("{large} {}", human(rest)) }
}
