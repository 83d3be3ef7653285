//! Mistake: it polled although no wake had come
/// A thread rings 20 ms after the bell has been listened to. Returns how often that was.
async fn visit() -> u32 {
    let (ring, mut bell) = oneshot::channel();
    let (listening, listened) = mpsc::channel();
    thread::spawn(move || {
        listened.recv().expect("the caller listens");
        thread::sleep(ms(20));
        ring.send(()).expect("the caller still listens");
    });
    let mut polls = 0;
    let listen = poll_fn(|context| {
        polls += 1;
        let rung = pin!(&mut bell).poll(context);
        if polls == 1 {
            say!("listening");
            listening.send(()).expect("the thread will ring");
        }
        rung
    });
    my_block_on(listen.lane("bell")).expect("it is rung");
    2
}
