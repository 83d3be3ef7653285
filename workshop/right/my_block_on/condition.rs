//! A flag and a condition variable instead of `park`.
use std::sync::{Condvar, Mutex};

#[derive(Default)]
struct Flag(Mutex<bool>, Condvar);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() = true;
        self.1.notify_one();
    }
}

fn my_block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(flag.clone());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let mut woken = flag.1.wait_while(flag.0.lock().unwrap(), |woken| !*woken).unwrap();
        *woken = false;
    }
}
