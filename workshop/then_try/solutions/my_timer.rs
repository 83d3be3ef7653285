//! A number that grows decides where the deadlines do not.
#[derive(Default)]
struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize, &'static str)>>,
    made: usize,
}

impl Timers {
    fn call_at(&mut self, deadline: Instant, name: &'static str) {
        self.made += 1;
        self.heap.push(Reverse((deadline, self.made, name)));
    }

    fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((deadline, ..))| *deadline)
    }

    fn call_due(&mut self) {
        while self.next().is_some_and(|deadline| deadline <= Instant::now()) {
            let Reverse((_, _, name)) = self.heap.pop().expect("there is a next one");
            say!("{name}");
        }
    }
}
