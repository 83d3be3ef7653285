//! Which items of two lists belong together, if both keep their order.

/// Pairs the items of two lists, in the order of both, so that the sum of the scores is the highest
/// there is. Two items with a score of 0 are no pair. It is the alignment of two sequences by
/// Needleman and Wunsch, without a price for what stays alone.
pub(super) fn best_pairs(
    left: usize,
    right: usize,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    // The best sum for what is left of both lists from these two places on.
    let mut best = vec![vec![0; right + 1]; left + 1];
    for one in (0..left).rev() {
        for other in (0..right).rev() {
            let without = best[one + 1][other].max(best[one][other + 1]);
            best[one][other] = without.max(best[one + 1][other + 1] + score(one, other));
        }
    }
    let mut pairs = vec![];
    let mut place = (0, 0);
    while place.0 < left && place.1 < right {
        let (one, other) = place;
        let score = score(one, other);
        if score > 0 && best[one][other] == best[one + 1][other + 1] + score {
            pairs.push((one, other));
            place = (one + 1, other + 1);
        } else if best[one][other] == best[one + 1][other] {
            place = (one + 1, other);
        } else {
            place = (one, other + 1);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::best_pairs;

    fn pairs(left: &str, right: &str) -> Vec<(usize, usize)> {
        let left = left.as_bytes();
        let right = right.as_bytes();
        best_pairs(left.len(), right.len(), |one, other| u32::from(left[one] == right[other]))
    }

    #[test]
    fn as_many_as_possible_are_paired_and_never_across() {
        assert_eq!(pairs("ABC", "ABC"), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(pairs("mABC", "ABCm"), [(1, 0), (2, 1), (3, 2)], "not `m`, which is one pair");
        assert_eq!(pairs("AB", "C"), []);
        assert_eq!(pairs("", "A"), []);
    }
}
