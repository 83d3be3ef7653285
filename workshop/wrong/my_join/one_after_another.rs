//! Mistake: one began only when the other was done
async fn my_join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    (a.await, b.await)
}
