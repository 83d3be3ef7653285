//! At the end there is another timer, and the first number again.
struct Countdown {
    from: u32,
    left: u32,
    pause: Pin<Box<Sleep>>,
}

impl Countdown {
    fn from(from: u32) -> Countdown {
        Countdown { from, left: from, pause: Box::pin(sleep(ms(100))) }
    }
}

impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.from == 0 {
            return Poll::Ready(None);
        }
        ready!(self.pause.as_mut().poll(context));
        let item = self.left;
        self.left -= 1;
        let mut pause = ms(100);
        if self.left == 0 {
            self.left = self.from;
            pause += ms(1000);
        }
        self.pause = Box::pin(sleep(pause));
        Poll::Ready(Some(item))
    }
}
