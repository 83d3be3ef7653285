//! A panic is the outer level, a `JoinError`; `flatten` has made one of both already.
fn measure(name: &'static str, time: u64, works: bool) -> JoinHandle<Size> {
    let (name, works) = given((name, works));
    let work = async move {
        sleep(ms(time)).await;
        if !works {
            panic!("{name} is broken");
        }
        say!("done");
        Ok(time)
    };
    spawn(work.lane(name))
}
