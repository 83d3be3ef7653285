//! The core of the event loop is to be read alone, so it stays short and says why.
use super::read;

/// In reading order. What these files use of others is told by its name and the line above it:
/// `discard`, `catch_panic`, the list of timers, the registry, remote calls, drivers, instruments,
/// how a cancel travels.
const CORE: [&str; 6] = ["handle", "mod", "timer", "future", "current", "task"];

#[test]
fn the_core_of_the_event_loop_is_short_and_a_third_of_it_says_why() {
    let mut code = 0;
    let mut comments = 0;
    for name in CORE {
        for line in read(&format!("src/event_loop/{name}.rs")).lines() {
            let line = line.trim();
            if line.starts_with("//") {
                comments += 1;
            } else if !line.is_empty() {
                code += 1;
            }
        }
    }
    assert!(code <= 950, "{code} lines of code, 950 allowed");
    assert!(comments * 3 >= code + comments, "{comments} lines of comments on {code} of code");
}
