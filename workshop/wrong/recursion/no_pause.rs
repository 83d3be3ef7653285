//! Mistake: a pause is missing: not each number had one
async fn program() -> u32 {
    fn sum(n: u32) -> u32 {
        if n == 0 { 0 } else { n + sum(n - 1) }
    }
    sum(given(3))
}
