//! Two workers share a queue.
async fn program() -> Vec<u64> {
    let next = std::cell::Cell::new(0);
    let done = std::cell::RefCell::new(vec![0; 5]);
    let worker = async || {
        while next.get() < 5 {
            let place = next.replace(next.get() + 1);
            let work = spawn_blocking(on_thread("job", move || job(place + 1)));
            let value = work.await.expect("it does not panic");
            done.borrow_mut()[place as usize] = value;
        }
    };
    join_all([worker(), worker()]).await;
    done.take()
}
