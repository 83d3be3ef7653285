//! Each part has a waker of its own, which notes that it was woken, and wakes the caller.
#[derive(Default)]
struct Part {
    woken: std::sync::atomic::AtomicBool,
    caller: std::sync::Mutex<Option<std::task::Waker>>,
}

impl std::task::Wake for Part {
    fn wake(self: std::sync::Arc<Self>) {
        self.woken.store(true, std::sync::atomic::Ordering::SeqCst);
        if let Some(caller) = self.caller.lock().unwrap().take() {
            caller.wake();
        }
    }
}

/// A future that is polled only when it was woken.
async fn when_woken<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let part = std::sync::Arc::new(Part { woken: true.into(), ..Part::default() });
    let waker = std::task::Waker::from(part.clone());
    poll_fn(move |context: &mut Context<'_>| {
        *part.caller.lock().unwrap() = Some(context.waker().clone());
        if part.woken.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return future.as_mut().poll(&mut Context::from_waker(&waker));
        }
        Poll::Pending
    })
    .await
}

async fn my_join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(when_woken(a)), pin!(when_woken(b)));
    let (mut first, mut second) = (None, None);
    poll_fn(|context: &mut Context<'_>| {
        if first.is_none()
            && let Poll::Ready(output) = a.as_mut().poll(context)
        {
            first = Some(output);
        }
        if second.is_none()
            && let Poll::Ready(output) = b.as_mut().poll(context)
        {
            second = Some(output);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}
