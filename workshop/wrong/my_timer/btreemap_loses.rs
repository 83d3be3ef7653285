//! Mistake: of two timers with the same deadline one was lost
#[derive(Default)]
struct Timers {
    // TODO: the timer that is due next should be on top.
    heap: std::collections::BTreeMap<Instant, &'static str>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.heap.insert(deadline, name);
    }

    /// When the next timer is due, if there is one.
    fn next(&self) -> Option<Instant> {
        self.heap.first_key_value().map(|(deadline, _)| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let (_, name) = self.heap.pop_first().expect("there is a next one");
            say!("{name}");
        }
    }
}
