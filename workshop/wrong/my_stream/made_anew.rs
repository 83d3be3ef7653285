//! Mistake: the timer was made anew each time it was polled, so it never fires
impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.pause = Box::pin(sleep(ms(100)));
        ready!(self.pause.as_mut().poll(context));
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}
