//! As most people would write it.
#[derive(Default)]
struct Timers {
    // TODO: the timer that is due next should be on top.
    heap: BinaryHeap<std::cmp::Reverse<(Instant, &'static str)>>,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.heap.push(std::cmp::Reverse((deadline, name)));
    }

    /// When the next timer is due, if there is one.
    fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|r| r.0.0)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let std::cmp::Reverse((_, name)) = self.heap.pop().expect("there is a next one");
            say!("{name}");
        }
    }
}
