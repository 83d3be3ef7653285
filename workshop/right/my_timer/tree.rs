//! A tree keeps itself sorted.
use std::collections::BTreeSet;

#[derive(Default)]
struct Timers {
    tree: BTreeSet<(Instant, &'static str)>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.tree.insert((deadline, name));
    }

    fn next(&self) -> Option<Instant> {
        self.tree.first().map(|(deadline, _)| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let (_, name) = self.tree.pop_first().expect("there is a next one");
            say!("{name}");
        }
    }
}
