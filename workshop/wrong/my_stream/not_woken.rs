//! Mistake: it was not woken: `Pending` was returned, and nothing had been polled
impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.pause.is_elapsed() && self.left < 3 {
            self.pause = Box::pin(sleep(ms(100)));
            return Poll::Pending;
        }
        ready!(self.pause.as_mut().poll(context));
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}
