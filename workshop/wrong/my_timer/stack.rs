//! Mistake: the timer that was made last went off first
#[derive(Default)]
struct Timers {
    stack: Vec<(Instant, &'static str)>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.stack.push((deadline, name));
    }

    fn next(&self) -> Option<Instant> {
        self.stack.last().map(|(deadline, _)| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let (_, name) = self.stack.pop().expect("there is a next one");
            say!("{name}");
        }
    }
}
