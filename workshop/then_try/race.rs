use super::*;

#[test]
fn near_wins_each_time() {
    for _ in 0..20 {
        workshop::attempt(|| fastest(100, 100)).predicted(PREDICTION).returns("near").verdict();
    }
}
