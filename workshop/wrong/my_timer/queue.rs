//! Mistake: the timers went off in the order in which they were made
#[derive(Default)]
struct Timers {
    queue: std::collections::VecDeque<(Instant, &'static str)>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.queue.push_back((deadline, name));
    }

    fn next(&self) -> Option<Instant> {
        self.queue.front().map(|(deadline, _)| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let (_, name) = self.queue.pop_front().expect("there is a next one");
            say!("{name}");
        }
    }
}
