//! Mistake: all lines came when they should, and then it waited for something more
impl Stream for Countdown {
    type Item = u32;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        ready!(self.pause.as_mut().poll(context));
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.pause.set(sleep(ms(100)));
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}
