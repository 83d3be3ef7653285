//! Mistake: timers went off before they were due
use std::cmp::Reverse;

#[derive(Default)]
struct Timers {
    heap: BinaryHeap<Reverse<(Instant, &'static str)>>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.heap.push(Reverse((deadline, name)));
    }

    fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((deadline, _))| *deadline)
    }

    fn call_due(&mut self) {
        while let Some(Reverse((_, name))) = self.heap.pop() {
            say!("{name}");
        }
    }
}
