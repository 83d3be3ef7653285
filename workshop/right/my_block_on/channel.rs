//! Channel.
use std::sync::Mutex;

struct Unpark(Mutex<mpsc::Sender<()>>);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        let _ = self.0.lock().unwrap().send(());
    }
}

fn my_block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let (ring, rung) = mpsc::channel();
    let waker = Waker::from(Arc::new(Unpark(Mutex::new(ring))));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        rung.recv().unwrap();
    }
}
